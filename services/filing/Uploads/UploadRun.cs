using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Hosting;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Uploads;

/// <summary>One line of an uploaded file.</summary>
/// <param name="Number">As an editor counts: the header is line 1.</param>
public sealed record UploadLine(int Number, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Why it cannot be read at all; null when it can.</summary>
    public string? Broken { get; init; }

    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>.</exception>
    public string Need(string field) => Fields.GetValueOrDefault(field, "") is { Length: > 0 } value ? value : throw SystemErrors.FieldMissing.With(field).AsException();

    public string Or(string field, string standard = "") => Fields.GetValueOrDefault(field, "") is { Length: > 0 } value ? value : standard;
}

/// <summary>A line that was not taken in, and why.</summary>
public sealed record BadLine(int Number, string Code, string Message);

/// <summary>How far an upload has come.</summary>
/// <param name="Lines">Lines looked at in all, those of earlier tries among them.</param>
/// <param name="Taken">Lines that are stored (or, in a dry run, would be).</param>
/// <param name="Skipped">Lines that an earlier try had finished.</param>
public sealed record UploadProgress(int Lines, int Taken, int Skipped, IReadOnlyList<BadLine> Bad, bool Finished)
{
    /// <summary>Of files that are taken as a whole: the version that is stored.</summary>
    public string Version { get; init; } = "";
}

/// <summary>What one kind of file is made of.</summary>
/// <param name="Columns">Columns that the header must have.</param>
/// <param name="Take">Carries out one line; the same line again has no second effect. A dry run only reads it.</param>
public sealed record UploadKind(string Name, IReadOnlyList<string> Columns, Func<UploadLine, string, bool, CancellationToken, Task> Take);

/// <summary>
/// Takes in a file line by line. How far it came is stored every few hundred lines, so that after a kill the same file sent again goes on
/// where it stopped; lines beyond the mark that were stored already are recognised by their own id, so none counts twice and none is lost.
/// </summary>
public sealed class UploadRun(IRows rows)
{
    /// <summary>Lines between two marks; so many are in flight at most, and share the write door's batches.</summary>
    public const int Stretch = 256;

    /// <summary>Bad lines that are answered; the rest is counted.</summary>
    public const int BadLimit = 10_000;

    public const string Ddl = """
        create table if not exists upload_run (
          id varchar(80) primary key,
          done integer not null,
          taken integer not null
        );
        create table if not exists upload_bad (
          run varchar(80) not null,
          line integer not null,
          code varchar(60) not null,
          message varchar(400) not null,
          primary key (run, line)
        );
        """;

    /// <param name="dryRun">Reads and checks every line, stores nothing.</param>
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: not CSV, or columns are missing; nothing is taken in.</exception>
    public async IAsyncEnumerable<UploadProgress> Run(UploadKind kind, string area, string text, bool dryRun, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(kind);
        // The file is known by its content: another file starts anew, the same one goes on.
        var id = $"{kind.Name}/{area}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32]}";
        var (done, taken) = dryRun ? (0, 0) : await Mark(id);
        var bad = dryRun ? [] : (await rows.Query("select line, code, message from upload_bad where run = $1 order by line", reader => new BadLine(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)), id)).ToList();
        var (skipped, seen) = (done, 0);
        foreach (var stretch in Lines(text, kind.Columns).Chunk(Stretch))
        {
            cancellation.ThrowIfCancellationRequested();
            seen += stretch.Length;
            var open = stretch.Where(line => line.Number - 1 > done).ToList();
            if (open.Count == 0) continue;
            var failed = (await Task.WhenAll(open.Select(line => Take(kind, line, id, dryRun, cancellation)))).OfType<BadLine>().OrderBy(line => line.Number).ToList();
            taken += open.Count - failed.Count;
            bad.AddRange(failed);
            done = stretch[^1].Number - 1;
            if (!dryRun) await Keep(id, done, taken, failed);
            yield return new UploadProgress(seen, taken, skipped, [.. bad.Take(BadLimit)], false);
        }

        yield return new UploadProgress(seen, taken, skipped, [.. bad.Take(BadLimit)], true);
    }

    // What is wrong with a line is the line's; what is wrong with the platform ends the run, to be sent again.
    private static async Task<BadLine?> Take(UploadKind kind, UploadLine line, string run, bool dryRun, CancellationToken cancellation)
    {
        try
        {
            if (line.Broken is { } broken) throw SystemErrors.FieldInvalid.With("行", broken).AsException();
            await kind.Take(line, $"{run[^32..]}-{line.Number.ToString(CultureInfo.InvariantCulture)}", dryRun, cancellation);
            return null;
        }
        catch (RefusedException refused) when (!refused.Error.Definition.Transient)
        {
            return new BadLine(line.Number, refused.Error.Code, refused.Error.Message);
        }
    }

    // One record is one line of text, so that its number is the one an editor shows. A line that cannot be read is that line's fault.
    private static IEnumerable<UploadLine> Lines(string text, IReadOnlyList<string> columns)
    {
        using var reader = new StringReader(text);
        var header = Split(reader.ReadLine() ?? "") ?? throw SystemErrors.FieldInvalid.With("文件", "表头无法读取").AsException();
        if (columns.Where(column => !header.Contains(column, StringComparer.Ordinal)).ToList() is { Count: > 0 } missing) throw SystemErrors.FieldInvalid.With("表头", $"缺少 {string.Join("、", missing)}").AsException();
        if (header.Distinct(StringComparer.Ordinal).Count() != header.Count) throw SystemErrors.FieldInvalid.With("表头", "列名重复").AsException();
        var number = 1;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0) continue;
            var fields = Split(line);
            yield return fields?.Count == header.Count
                ? new UploadLine(number, header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal))
                : new UploadLine(number, new Dictionary<string, string>(StringComparer.Ordinal)) { Broken = fields is null ? "引号没有闭合" : $"有 {fields.Count} 列，表头有 {header.Count} 列" };
        }
    }

    /// <summary>The fields of a line, quotes taken off; null when a quote is not closed.</summary>
    internal static List<string>? Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') field.Append(line[i++]);
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == ',' && !quoted) Next();
            else field.Append(line[i]);
        }

        Next();
        return quoted ? null : fields;

        void Next()
        {
            fields.Add(field.ToString().Trim());
            field.Clear();
        }
    }

    private async Task<(int Done, int Taken)> Mark(string id) =>
        (await rows.Query("select done, taken from upload_run where id = $1", reader => (reader.GetInt32(0), reader.GetInt32(1)), id)).FirstOrDefault();

    private async Task Keep(string id, int done, int taken, IEnumerable<BadLine> failed)
    {
        // The bad lines first: a mark without them would lose their numbers.
        foreach (var line in failed)
            await rows.Execute("insert into upload_bad (run, line, code, message) values ($1, $2, $3, $4) on conflict do nothing", id, line.Number, line.Code, line.Message.Length > 400 ? line.Message[..400] : line.Message);
        await rows.Execute("insert into upload_run (id, done, taken) values ($1, $2, $3) on conflict (id) do update set done = $2, taken = $3", id, done, taken);
    }
}
