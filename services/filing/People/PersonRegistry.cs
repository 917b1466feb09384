using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.People;

/// <summary>Who saw an identity (SEC-005): stream <c>identity-access/{person}</c>, opaque like everything else.</summary>
public sealed record IdentityShown(PersonKey Person, string Purpose, bool Whole, DateTimeOffset At) : IFact;

public sealed record IdentityAccess : IState<IdentityAccess>
{
    public static IdentityAccess Empty { get; } = new();

    public static StreamKey<IdentityAccess> Stream(PersonKey person) => new($"identity-access/{person}");

    public int Times { get; private init; }

    public IdentityAccess Evolve(IFact fact) => fact switch
    {
        IdentityShown => new IdentityAccess { Times = Times + 1 },
        _ => throw new InvalidOperationException($"Identity access does not know {fact.GetType().Name}."),
    };
}

/// <summary>Stores each sight before it is granted.</summary>
public sealed class AccessLog(IWriteDoor door) : IIdentityAudit
{
    public async Task Seen(IdentitySeen seen, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var stream = IdentityAccess.Stream(seen.Person);
        (await door.Execute(new Command(seen.Actor, seen.Correlation, [stream], _ => Decision.Accept(stream, new IdentityShown(seen.Person, seen.Purpose, seen.Whole, seen.At))), cancellation)).OrThrow();
    }
}

/// <summary>Credentials of insured persons (就诊凭证): e-credential token, identity card, social security card. The only way from a document to a key.</summary>
public sealed class PersonRegistry(IPersonTable table)
{
    // 就诊凭证类型 (mdtrt_cert_type) as kinds of document: the identity card is the document itself.
    private const string ECredential = "9001";
    private const string SocialSecurityCard = "9003";

    /// <summary>就诊凭证类型 (mdtrt_cert_type) in the words of the policy packs.</summary>
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: none of the three.</exception>
    public static string KindOf(string type) => type switch
    {
        "01" => "E_CREDENTIAL",
        "02" => "ID_CARD",
        "03" => "SOCIAL_SECURITY_CARD",
        _ => throw SystemErrors.FieldInvalid.With("mdtrt_cert_type", "01、02 或 03").AsException(),
    };

    /// <summary>Registers a person with the credentials he bears; again changes nothing.</summary>
    /// <param name="eCredential">医保电子凭证令牌.</param>
    /// <param name="card">社会保障卡卡号.</param>
    public async Task<PersonKey> Register(PersonIdentity identity, string? eCredential, string? card, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var key = await table.Register(identity, cancellation);
        var added = false;
        foreach (var (kind, value) in ((string, string?)[])[(ECredential, eCredential), (SocialSecurityCard, card)])
        {
            if (string.IsNullOrWhiteSpace(value)) continue;
            var document = new IdentityDocument(kind, value);
            if (await table.Find(document, cancellation) == key) continue;
            await table.ChangeDocument(key, document, cancellation);
            added = true;
        }

        // Every document that was ever his finds him; the identity card stays the current one.
        if (added) await table.ChangeDocument(key, identity.Document, cancellation);
        return key;
    }

    /// <summary>The identity and every credential; the key stays and finds nobody.</summary>
    public Task Erase(PersonKey person, CancellationToken cancellation = default) => table.Erase(person, cancellation);

    /// <summary>Whose document it is; null: nobody's here.</summary>
    public Task<PersonKey?> Find(IdentityDocument document, CancellationToken cancellation = default) => table.Find(document, cancellation);

    /// <exception cref="RefusedException"><c>CREDENTIAL_UNKNOWN</c>; <c>FIELD_INVALID</c> for another kind; the identity number's own errors.</exception>
    public async Task<PersonKey> Identify(string type, string value, CancellationToken cancellation = default)
    {
        var document = type switch
        {
            "01" => new IdentityDocument(ECredential, value),
            "02" => new IdentityDocument(IdentityDocument.CitizenCard, value),
            "03" => new IdentityDocument(SocialSecurityCard, value),
            _ => throw SystemErrors.FieldInvalid.With("mdtrt_cert_type", "01、02 或 03").AsException(),
        };
        return await table.Find(document, cancellation) ?? throw FilingErrors.CredentialUnknown.With().AsException();
    }

    /// <summary>The credential, the document and the name that a HIS sends together must be the same person's (1101).</summary>
    /// <param name="number">证件号码; empty: not stated.</param>
    /// <param name="name">姓名; empty: not stated.</param>
    /// <exception cref="RefusedException"><c>CREDENTIAL_PERSON_DIFFERS</c>, without saying which of them.</exception>
    public async Task MustBe(PersonKey person, string documentType, string number, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(number);
        ArgumentNullException.ThrowIfNull(name);
        if (number.Length > 0 && await table.Find(new IdentityDocument(documentType, number), cancellation) != person) throw FilingErrors.CredentialDiffers.With().AsException();
        if (name.Length > 0 && !await table.IsNamed(person, name, cancellation)) throw FilingErrors.CredentialDiffers.With().AsException();
    }
}
