using Yibao.Hosting;

namespace Yibao.Gateway.Hospital.Messages;

/// <summary>A message as it is known by its msgid.</summary>
/// <param name="Infno">交易编号 it came with the first time.</param>
/// <param name="Hash">Keyed digest of what it asked for.</param>
/// <param name="Reference">接收方报文ID (inf_refmsgid) of its answer.</param>
/// <param name="ReceivedAt">The first time.</param>
/// <param name="Output">The answer without the person's particulars; null while there is none.</param>
/// <param name="Subject">就诊ID or 结算ID it made; null: none.</param>
/// <param name="WithdrawnBy">msgid of the reversal or refund that took its effect back.</param>
public sealed record KeptMessage(string Infno, string Hash, string Reference, DateTimeOffset ReceivedAt, string? Output, string? Subject, string? WithdrawnBy);

/// <summary>
/// msgid is the idempotency key of the interface: one row per message, made before anything happens, so that a repeat is recognised
/// whichever gateway it reaches and however often gateways restart. An answer once stored is the answer.
/// </summary>
public sealed class KeptMessages(IRows rows)
{
    /// <summary>Repeats come within minutes; reconciliation and refunds of a year refer to settlements, not to messages.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(100);

    public const string Ddl = """
        create table if not exists hospital_messages (
            institution text not null,
            msgid text not null,
            infno text not null,
            hash text not null,
            reference text not null,
            received_at timestamptz not null,
            output text,
            subject text,
            withdrawn_by text,
            primary key (institution, msgid));
        create index if not exists hospital_messages_received on hospital_messages (received_at);
        """;

    private const string Columns = "infno, hash, reference, received_at, output, subject, withdrawn_by";

    /// <summary>Null when this message is new and from now on known; else what is known of it.</summary>
    public async Task<KeptMessage?> Claim(string institution, string msgid, string infno, string hash, string reference, DateTimeOffset now)
    {
        while (true)
        {
            var found = await rows.Query<(bool New, KeptMessage? Kept)>($"""
                with made as (insert into hospital_messages (institution, msgid, infno, hash, reference, received_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning true as new)
                select new, null, null, null, null, null, null, null from made
                union all select false, {Columns} from hospital_messages where institution = $1 and msgid = $2
                """, reader => (reader.GetBoolean(0), reader.GetBoolean(0) ? null : Read(reader, 1)), institution, msgid, infno, hash, reference, now);
            // Nothing: another gateway made it between this statement's two looks.
            if (found.Count > 0) return found[0].Kept;
        }
    }

    /// <summary>Stores the answer; one that is there already stays, and is returned.</summary>
    public async Task<KeptMessage> Answer(string institution, string msgid, KeptMessage answered) => (await rows.Query($"""
        insert into hospital_messages (institution, msgid, {Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, null)
        on conflict (institution, msgid) do update set output = coalesce(hospital_messages.output, excluded.output), subject = coalesce(hospital_messages.subject, excluded.subject)
        returning {Columns}
        """, reader => Read(reader, 0), institution, msgid, answered.Infno, answered.Hash, answered.Reference, answered.ReceivedAt, answered.Output, answered.Subject))[0];

    /// <summary>It was refused and nothing happened: the same id may come with what was corrected.</summary>
    public Task Release(string institution, string msgid) =>
        rows.Execute("delete from hospital_messages where institution = $1 and msgid = $2 and output is null and withdrawn_by is null", institution, msgid);

    public async Task<KeptMessage?> Find(string institution, string msgid) =>
        (await rows.Query($"select {Columns} from hospital_messages where institution = $1 and msgid = $2", reader => Read(reader, 0), institution, msgid)).SingleOrDefault();

    /// <summary>The effect of a message was taken back, also of one that has not come yet: it is not carried out any more.</summary>
    public Task Withdraw(string institution, string msgid, string infno, string by, DateTimeOffset now) => rows.Execute("""
        insert into hospital_messages (institution, msgid, infno, hash, reference, received_at, withdrawn_by) values ($1, $2, $3, '', '', $5, $4)
        on conflict (institution, msgid) do update set withdrawn_by = coalesce(hospital_messages.withdrawn_by, excluded.withdrawn_by)
        """, institution, msgid, infno, by, now);

    public Task<int> Forget(DateTimeOffset before) => rows.Execute("delete from hospital_messages where received_at < $1", before);

    private static KeptMessage Read(Npgsql.NpgsqlDataReader reader, int at) => new(
        reader.GetString(at), reader.GetString(at + 1), reader.GetString(at + 2), reader.GetFieldValue<DateTimeOffset>(at + 3), Text(reader, at + 4), Text(reader, at + 5), Text(reader, at + 6));

    private static string? Text(Npgsql.NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);
}

/// <summary>Clears what has served its time: messages, files past their download.</summary>
public sealed class ForgetOldMessages(KeptMessages messages, KeptFiles files) : IJob
{
    public async Task Run(JobRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        await messages.Forget(run.Due - KeptMessages.KeptFor);
        await files.Forget(run.Due);
    }
}
