using Yibao.Hosting;

namespace Yibao.Gateway.Hospital.Messages;

/// <summary>A file of the interface (9101, 9102).</summary>
/// <param name="Number">文件查询号 (file_qury_no).</param>
public sealed record KeptFile(string Number, string Name, byte[] Content, DateTimeOffset ExpiresAt);

/// <summary>Uploaded detail files and the results made of them, settlement lists (4101) and sign-ins: each an institution's own.</summary>
public sealed class KeptFiles(IRows rows)
{
    /// <summary>截止时间 (dld_endtime) after the upload.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    public const string Ddl = """
        create table if not exists hospital_files (
            number text primary key,
            institution text not null,
            name text not null,
            content bytea not null,
            expires_at timestamptz not null);
        create index if not exists hospital_files_expiry on hospital_files (expires_at);
        create table if not exists hospital_lists (
            number text primary key,
            institution text not null,
            settlement text not null,
            content text not null,
            stored_at timestamptz not null);
        create index if not exists hospital_lists_of on hospital_lists (institution, settlement);
        create table if not exists hospital_signs (
            number text primary key,
            institution text not null,
            operator text not null,
            signed_in_at timestamptz not null,
            signed_out_at timestamptz);
        """;

    public Task Keep(string institution, KeptFile file) => rows.Execute(
        "insert into hospital_files (number, institution, name, content, expires_at) values ($1, $2, $3, $4, $5) on conflict do nothing", file.Number, institution, file.Name, file.Content, file.ExpiresAt);

    /// <summary>Null when the institution has no such file, or has it no longer.</summary>
    public async Task<KeptFile?> Find(string institution, string number, DateTimeOffset now) => (await rows.Query(
        "select number, name, content, expires_at from hospital_files where number = $1 and institution = $2 and expires_at > $3",
        reader => new KeptFile(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(3)), number, institution, now)).SingleOrDefault();

    /// <summary>医疗保障基金结算清单, without the person's particulars: those stand in the table of identities.</summary>
    public Task KeepList(string institution, string number, string settlement, string content, DateTimeOffset now) => rows.Execute(
        "insert into hospital_lists (number, institution, settlement, content, stored_at) values ($1, $2, $3, $4, $5) on conflict do nothing", number, institution, settlement, content, now);

    public Task SignIn(string institution, string number, string @operator, DateTimeOffset now) => rows.Execute(
        "insert into hospital_signs (number, institution, operator, signed_in_at) values ($1, $2, $3, $4) on conflict do nothing", number, institution, @operator, now);

    /// <summary>When it was signed out, the first time; null: there is no such sign-in of this institution.</summary>
    public async Task<DateTimeOffset?> SignOut(string institution, string number, DateTimeOffset now) => (await rows.Query(
        "update hospital_signs set signed_out_at = coalesce(signed_out_at, $3) where number = $1 and institution = $2 returning signed_out_at",
        reader => (DateTimeOffset?)reader.GetFieldValue<DateTimeOffset>(0), number, institution, now)).SingleOrDefault();

    public Task<int> Forget(DateTimeOffset now) => rows.Execute("delete from hospital_files where expires_at < $1", now);
}
