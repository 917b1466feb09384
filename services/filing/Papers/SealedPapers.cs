using System.Security.Cryptography;
using System.Text;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Papers;

/// <summary>Signed papers of other services, sealed with the same cipher as identities; never overwritten.</summary>
public sealed class SealedPapers(IRows rows, IFieldCipher cipher, ServiceSettings settings, IIdentityAudit audit, ICurrentActor current, TimeProvider time)
{
    /// <summary>A signed page is a few kilobytes.</summary>
    public const int ContentLimit = 32 * 1024;

    public const string Ddl = """
        create table if not exists sealed_papers (
          reference varchar(160) primary key,
          person_key char(32) not null,
          sealed bytea not null
        );
        create index if not exists sealed_papers_person on sealed_papers (person_key);
        """;

    /// <returns>The reference: the same for the same paper.</returns>
    public async Task<string> Keep(string kind, string subject, PersonKey person, ReadOnlyMemory<byte> content)
    {
        if (content.Length is 0 or > ContentLimit) throw SystemErrors.FieldInvalid.With("content", $"1 至 {ContentLimit} 字节").AsException();
        var reference = $"{kind}/{subject}-{Mac($"{kind}/{subject}", content.Span)}";
        await rows.Execute("insert into sealed_papers (reference, person_key, sealed) values ($1, $2, $3) on conflict (reference) do nothing",
            reference, person.ToString(), cipher.Seal(content.Span, reference));
        return reference;
    }

    /// <summary>In clear; audited before it is read.</summary>
    /// <exception cref="RefusedException"><c>PAPER_UNKNOWN</c>.</exception>
    public async Task<byte[]> Open(string reference, string purpose, CancellationToken cancellation)
    {
        var found = (await rows.Query("select person_key, sealed from sealed_papers where reference = $1",
            reader => (Person: reader.GetString(0), Sealed: reader.GetFieldValue<byte[]>(1)), reference)).SingleOrDefault();
        if (found.Sealed is null || !PersonKey.TryParse(found.Person, out var person)) throw IdentityErrors.PaperUnknown.With(reference).AsException();
        await audit.Seen(new IdentitySeen(person, current.Actor, purpose, time.GetUtcNow(), Whole: true, current.Correlation), cancellation);
        return cipher.Open(found.Sealed, reference);
    }

    /// <summary>Every paper of a person whose identity is erased, also what another home place's key for the same person was told: its identity goes with this one's.</summary>
    public Task EraseOf(PersonKey person) => rows.Execute("delete from sealed_papers where person_key = $1 or person_key in (select person_key from person_alias where same_as = $1)", person.ToString());

    private string Mac(string place, ReadOnlySpan<byte> content)
    {
        var keys = settings.PersonKeys!.Index;
        byte[] text = [.. Encoding.UTF8.GetBytes(place), 0, .. content];
        return Convert.ToHexStringLower(HMACSHA256.HashData(keys.Of(keys.Current), text))[..24];
    }
}
