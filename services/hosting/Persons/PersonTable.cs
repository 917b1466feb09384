using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Npgsql;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;

namespace Yibao.Hosting.Persons;

internal sealed class PersonTable(NpgsqlDataSource source, IFieldCipher cipher, BlindIndex index, IIdentityAudit audit, ICurrentActor current, TimeProvider time) : IPersonTable
{
    /// <summary>Everything that says something about a person is sealed; the rest is keys, kinds and instants.</summary>
    public const string Ddl = """
        create table if not exists person (
          person_key char(32) primary key,
          facts bytea not null,
          registered_at timestamptz not null,
          changed_at timestamptz not null
        );
        create table if not exists person_document (
          blind bytea not null constraint person_document_pkey primary key,
          blind_key varchar(40) not null,
          person_key char(32) not null references person on delete cascade,
          cert_type varchar(6) not null,
          number bytea not null,
          is_current boolean not null,
          since timestamptz not null
        );
        create index if not exists person_document_person on person_document (person_key);
        create table if not exists person_alias (
          person_key char(32) primary key,
          same_as char(32) not null references person on delete cascade
        );
        create unique index if not exists person_document_current on person_document (person_key) where is_current;
        """;

    private const string FindSql = "select person_key from person_document where blind = any($1) limit 1";

    public async Task<PersonKey> Register(PersonIdentity identity, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (string.IsNullOrWhiteSpace(identity.Name)) throw SystemErrors.FieldMissing.With("psn_name").AsException();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await KeyOf(connection, identity.Document, cancellation) is { } known) return await SameName(connection, known, identity, cancellation);

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Lock(connection, identity.Document, cancellation);
        // Two at once: the second finds what the first registered.
        if (await KeyOf(connection, identity.Document, cancellation) is { } meanwhile) return await SameName(connection, meanwhile, identity, cancellation);

        var key = PersonKey.Create();
        await Insert(connection, key, identity, cancellation);
        await transaction.CommitAsync(cancellation);
        return key;
    }

    public async Task Remember(PersonKey key, PersonIdentity identity, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (string.IsNullOrWhiteSpace(identity.Name)) throw SystemErrors.FieldMissing.With("psn_name").AsException();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Lock(connection, identity.Document, cancellation);
        if (await FactsOrNull(connection, await Own(connection, key, cancellation), "", cancellation) is not null) return;
        if (await KeyOf(connection, identity.Document, cancellation) is { } known)
        {
            await Run(connection, "insert into person_alias (person_key, same_as) values ($1, $2) on conflict do nothing", cancellation, key.ToString(), known.ToString());
        }
        else
        {
            await Insert(connection, key, identity, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    public async Task<PersonKey?> Find(IdentityDocument document, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await KeyOf(connection, document, cancellation);
    }

    public async Task ChangeDocument(PersonKey key, IdentityDocument document, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Lock(connection, document, cancellation);
        await ReadFacts(connection, key, "for update", cancellation);
        var owner = await KeyOf(connection, document, cancellation);
        if (owner is { } other && other != key) throw IdentityErrors.Taken.With().AsException();
        await Run(connection, "update person_document set is_current = false where person_key = $1 and is_current", cancellation, key.ToString());
        var now = time.GetUtcNow();
        // Back to a document that was used before: it becomes current again.
        if (owner is null) await InsertDocument(connection, key, document, now, cancellation);
        else await Run(connection, "update person_document set is_current = true, since = $3 where person_key = $1 and blind = any($2)", cancellation, key.ToString(), index.All(document), now);
        await Run(connection, "update person set changed_at = $2 where person_key = $1", cancellation, key.ToString(), now);
        await transaction.CommitAsync(cancellation);
    }

    public async Task Change(PersonKey key, string? name, string? phone, CancellationToken cancellation = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var facts = await ReadFacts(connection, key, "for update", cancellation);
        if (name is not null && string.IsNullOrWhiteSpace(name)) throw SystemErrors.FieldMissing.With("psn_name").AsException();
        facts = facts with { Name = name?.Trim() ?? facts.Name, Phone = phone?.Trim() ?? facts.Phone };
        await Run(connection, "update person set facts = $2, changed_at = $3 where person_key = $1", cancellation, key.ToString(), SealFacts(key, facts), time.GetUtcNow());
        await transaction.CommitAsync(cancellation);
    }

    public async Task<MaskedPerson> Show(PersonKey key, string purpose, CancellationToken cancellation = default)
    {
        await Audit(key, purpose, whole: false, cancellation);
        var identity = await Read(key, cancellation);
        return new MaskedPerson(key, Masking.Name(identity.Name), identity.Document.Type, Masking.Number(identity.Document.Number), Masking.Phone(identity.Phone), identity.Birth, identity.Sex);
    }

    public async Task<PersonIdentity> Reveal(PersonKey key, string purpose, CancellationToken cancellation = default)
    {
        await Audit(key, purpose, whole: true, cancellation);
        return await Read(key, cancellation);
    }

    public async Task<bool> Erase(PersonKey key, CancellationToken cancellation = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // Known here under another key: that one stays until it is erased itself.
        var gone = await Run(connection, "delete from person_alias where person_key = $1", cancellation, key.ToString());
        return gone + await Run(connection, "delete from person where person_key = $1", cancellation, key.ToString()) > 0;
    }

    public async Task<int> Rekey(int limit, CancellationToken cancellation = default)
    {
        var done = 0;
        var after = "";
        while (done < limit && await KeysAfter(after, cancellation) is { Count: > 0 } page)
        {
            foreach (var key in page.TakeWhile(_ => done < limit))
            {
                if (await RekeyOne(key, cancellation)) done++;
            }

            after = page[^1].ToString();
        }

        return done;
    }

    private async Task<bool> RekeyOne(PersonKey key, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await FactsOrNull(connection, key, "for update", cancellation) is not { } row) return false;
        var changed = false;
        if (!cipher.IsCurrent(row))
        {
            await Run(connection, "update person set facts = $2 where person_key = $1", cancellation, key.ToString(), SealFacts(key, OpenFacts(key, row)));
            changed = true;
        }

        foreach (var (blind, blindKey, type, number) in await Documents(connection, key, cancellation))
        {
            if (cipher.IsCurrent(number) && blindKey == index.CurrentKey) continue;
            var document = new IdentityDocument(type, OpenNumber(key, type, number));
            await Run(connection, "update person_document set blind = $2, blind_key = $3, number = $4 where blind = $1", cancellation,
                blind, index.Current(document), index.CurrentKey, SealNumber(key, document));
            changed = true;
        }

        await transaction.CommitAsync(cancellation);
        return changed;
    }

    private async Task Audit(PersonKey key, string purpose, bool whole, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(purpose)) throw IdentityErrors.PurposeMissing.With().AsException();
        await audit.Seen(new IdentitySeen(key, current.Actor, purpose.Trim(), time.GetUtcNow(), whole, current.Correlation), cancellation);
    }

    private async Task<PersonIdentity> Read(PersonKey asked, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var key = await Own(connection, asked, cancellation);
        var facts = await ReadFacts(connection, key, "", cancellation);
        await using var command = Command(connection, "select cert_type, number from person_document where person_key = $1 and is_current", key.ToString());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) throw IdentityErrors.Unknown.With().AsException();
        var type = reader.GetString(0);
        return new PersonIdentity(new IdentityDocument(type, OpenNumber(key, type, await reader.GetFieldValueAsync<byte[]>(1, cancellation))), facts.Name, facts.Phone) { Birth = facts.Birth, Sex = facts.Sex };
    }

    public async Task<bool> IsNamed(PersonKey key, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var own = await Own(connection, key, cancellation);
        return await FactsOrNull(connection, own, "", cancellation) is { } facts && OpenFacts(own, facts).Name == name.Trim();
    }

    private async Task<PersonKey> SameName(NpgsqlConnection connection, PersonKey key, PersonIdentity identity, CancellationToken cancellation)
    {
        var facts = await ReadFacts(connection, key, "", cancellation);
        return facts.Name == identity.Name.Trim() ? key : throw IdentityErrors.NameDiffers.With().AsException();
    }

    private async Task Insert(NpgsqlConnection connection, PersonKey key, PersonIdentity identity, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await Run(connection, "insert into person (person_key, facts, registered_at, changed_at) values ($1, $2, $3, $3)", cancellation,
            key.ToString(), SealFacts(key, new Facts(identity.Name.Trim(), identity.Phone?.Trim(), identity.Birth, identity.Sex)), now);
        await InsertDocument(connection, key, identity.Document, now, cancellation);
    }

    /// <summary>The key under which this node keeps the person.</summary>
    private static async Task<PersonKey> Own(NpgsqlConnection connection, PersonKey key, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select same_as from person_alias where person_key = $1", key.ToString());
        return await command.ExecuteScalarAsync(cancellation) is string own ? PersonKey.Parse(own) : key;
    }

    private async Task InsertDocument(NpgsqlConnection connection, PersonKey key, IdentityDocument document, DateTimeOffset now, CancellationToken cancellation) =>
        await Run(connection, "insert into person_document (blind, blind_key, person_key, cert_type, number, is_current, since) values ($1, $2, $3, $4, $5, true, $6)", cancellation,
            index.Current(document), index.CurrentKey, key.ToString(), document.Type, SealNumber(key, document), now);

    private async Task<PersonKey?> KeyOf(NpgsqlConnection connection, IdentityDocument document, CancellationToken cancellation)
    {
        await using var command = Command(connection, FindSql, [index.All(document)]);
        return await command.ExecuteScalarAsync(cancellation) is string key ? PersonKey.Parse(key) : null;
    }

    // Whoever registers or changes to this document waits here for the other who does.
    private async Task Lock(NpgsqlConnection connection, IdentityDocument document, CancellationToken cancellation) =>
        await Run(connection, "select pg_advisory_xact_lock($1)", cancellation, BinaryPrimitives.ReadInt64BigEndian(index.Current(document)));

    private async Task<Facts> ReadFacts(NpgsqlConnection connection, PersonKey key, string locking, CancellationToken cancellation) =>
        OpenFacts(key, await FactsOrNull(connection, key, locking, cancellation) ?? throw IdentityErrors.Unknown.With().AsException());

    private static async Task<byte[]?> FactsOrNull(NpgsqlConnection connection, PersonKey key, string locking, CancellationToken cancellation)
    {
        await using var command = Command(connection, $"select facts from person where person_key = $1 {locking}", key.ToString());
        return (byte[]?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task<List<PersonKey>> KeysAfter(string after, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, "select person_key from person where person_key > $1 order by person_key limit 500", after);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<PersonKey>();
        while (await reader.ReadAsync(cancellation)) keys.Add(PersonKey.Parse(reader.GetString(0)));
        return keys;
    }

    private static async Task<List<(byte[] Blind, string BlindKey, string Type, byte[] Number)>> Documents(NpgsqlConnection connection, PersonKey key, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select blind, blind_key, cert_type, number from person_document where person_key = $1 for update", key.ToString());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var documents = new List<(byte[], string, string, byte[])>();
        while (await reader.ReadAsync(cancellation)) documents.Add((await reader.GetFieldValueAsync<byte[]>(0, cancellation), reader.GetString(1), reader.GetString(2), await reader.GetFieldValueAsync<byte[]>(3, cancellation)));
        return documents;
    }

    private byte[] SealFacts(PersonKey key, Facts facts) => cipher.Seal(JsonSerializer.SerializeToUtf8Bytes(facts), $"person/{key}/facts");

    private Facts OpenFacts(PersonKey key, byte[] row) => JsonSerializer.Deserialize<Facts>(cipher.Open(row, $"person/{key}/facts"))!;

    private byte[] SealNumber(PersonKey key, IdentityDocument document) => cipher.Seal(Encoding.UTF8.GetBytes(document.Number), $"person/{key}/number/{document.Type}");

    private string OpenNumber(PersonKey key, string type, byte[] number) => Encoding.UTF8.GetString(cipher.Open(number, $"person/{key}/number/{type}"));

    private static async Task<int> Run(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = Command(connection, sql, arguments);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] arguments)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments) command.Parameters.Add(new() { Value = argument });
        return command;
    }

    /// <summary>Exists in clear only inside this class; its text stands in for itself where a debugger or a log would print it.</summary>
    private sealed record Facts(string Name, string? Phone, DateOnly? Birth, Sex? Sex)
    {
        public override string ToString() => Masking.Name(Name);
    }
}
