using System.Runtime.CompilerServices;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Catalogues;

/// <summary>How far a catalogue has come.</summary>
public sealed record CatalogueProgress(string Version, int Lines, int Taken, int Skipped, IReadOnlyList<(int Line, Error Error)> Bad, bool Finished);

/// <summary>Takes in a version of a catalogue: as a whole or not at all, in parts that outlive a kill.</summary>
public sealed class CatalogueDesk(IWriteDoor door, LiveCatalogues live, NodeRegistry registry, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    /// <summary>Lines in one fact.</summary>
    public const int PartSize = 2000;

    /// <param name="area">The layer: an area, its province, or the nation, as far as this node treats by it.</param>
    /// <param name="from">First day of the version.</param>
    /// <exception cref="RefusedException"><c>CATALOGUE_INVALID</c>: another header; <c>OUT_OF_REGION</c>, <c>AREA_UNKNOWN</c>.</exception>
    public async IAsyncEnumerable<CatalogueProgress> Import(AdminDivision area, DateOnly from, string text, bool dryRun, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        MayLoad(area);
        var reading = CatalogueFile.Check($"{area}.csv", text);
        if (reading.Lines == 0) throw SystemErrors.FieldInvalid.With("文件", "没有数据行").AsException();
        // Only what says something: a comment or another line ending makes no other version.
        string[] lines = [.. text.Split('\n').Skip(1).Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line[0] != '#')];
        var version = ImportedCatalogues.VersionOf(area, from, string.Join('\n', lines));
        if (reading.Bad.Count > 0 || dryRun)
        {
            yield return new CatalogueProgress(version, reading.Lines, reading.Bad.Count > 0 ? 0 : reading.Lines, 0, reading.Bad, true);
            yield break;
        }

        var (done, skipped) = (0, 0);
        if ((await door.Read(ImportedCatalogues.Stream, cancellation)).Find(version) is null)
        {
            var parts = lines.Chunk(PartSize).ToList();
            foreach (var (part, rows) in parts.Index())
            {
                var stream = CatalogueLines.Stream(version, part);
                var executed = (await door.Execute(new Command(current.Actor, current.Correlation, [stream], states => CatalogueLines.Decide(version, part, rows, states.Of(stream))), cancellation)).OrThrow();
                if (executed.Decision is Decision.Repeat) skipped += rows.Length;
                done += rows.Length;
                yield return new CatalogueProgress(version, done, done, skipped, [], false);
            }

            var stored = new CatalogueVersionStored(version, area, from, parts.Count, lines.Length, time.GetUtcNow());
            (await door.Execute(new Command(current.Actor, current.Correlation, [ImportedCatalogues.Stream], states => ImportedCatalogues.Decide(stored, states.Of(ImportedCatalogues.Stream))), cancellation)).OrThrow();
            await live.Refresh(cancellation);
        }
        else
        {
            skipped = lines.Length;
        }

        yield return new CatalogueProgress(version, lines.Length, lines.Length, skipped, [], true);
    }

    /// <summary>The loaded versions, those of one layer or all.</summary>
    public async Task<IReadOnlyList<CatalogueVersionStored>> List(AdminDivision? area, CancellationToken cancellation) =>
        [.. (await door.Read(ImportedCatalogues.Stream, cancellation)).Versions.Where(version => area is not { } one || version.Area == one).OrderBy(version => version.From).ThenBy(version => version.At)];

    // An area's table is its own agency's; what stands above this node's areas is loaded by whoever answers for the node.
    private void MayLoad(AdminDivision area)
    {
        var map = registry.At(time.GetUtcNow());
        if (map[area].Code is var layer && map.Contains(settings.Node, layer)) current.MustSee(layer);
        else if (map.Contains(layer, settings.Node)) current.MustSee(settings.Node);
        else throw FilingErrors.AreaNotHosted.With(area).AsException();
    }
}
