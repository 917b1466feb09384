using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Persons;

/// <summary>
/// The one table of personal identities (architecture §3): everything else knows persons by their key. Encrypted field by
/// field; a document is found by a keyed index, so the table cannot be searched without the key.
/// </summary>
public interface IPersonTable
{
    /// <summary>The key of the person with this document; a new one at the first time. Registering twice changes nothing.</summary>
    /// <exception cref="RefusedException"><c>IDENTITY_NAME_DIFFERS</c>: known, under another name.</exception>
    Task<PersonKey> Register(PersonIdentity identity, CancellationToken cancellation = default);

    /// <summary>
    /// A person that another node knows by this key and this node treats: kept under that key. Who is known here already stays as he is; who
    /// is known here under another key is found by both.
    /// </summary>
    Task Remember(PersonKey key, PersonIdentity identity, CancellationToken cancellation = default);

    /// <summary>Whose document it is: a current one, or one that was replaced since. Null when unknown.</summary>
    Task<PersonKey?> Find(IdentityDocument document, CancellationToken cancellation = default);

    /// <summary>Whether the person is called so: shows nothing, so it leaves no access event. False for an unknown or erased person.</summary>
    Task<bool> IsNamed(PersonKey key, string name, CancellationToken cancellation = default);

    /// <summary>A new or corrected document (OPS-002): the key stays, the former document still finds it.</summary>
    /// <exception cref="RefusedException"><c>IDENTITY_UNKNOWN</c>; <c>IDENTITY_TAKEN</c>: it is another person's.</exception>
    Task ChangeDocument(PersonKey key, IdentityDocument document, CancellationToken cancellation = default);

    /// <summary>A changed name or phone; null leaves it.</summary>
    /// <exception cref="RefusedException"><c>IDENTITY_UNKNOWN</c>.</exception>
    Task Change(PersonKey key, string? name, string? phone, CancellationToken cancellation = default);

    /// <summary>The masked view, for screens and slips. Leaves an access event (SEC-005).</summary>
    /// <exception cref="RefusedException"><c>IDENTITY_UNKNOWN</c> (also after erasure); <c>PURPOSE_MISSING</c>.</exception>
    Task<MaskedPerson> Show(PersonKey key, string purpose, CancellationToken cancellation = default);

    /// <summary>Everything, in clear. Audited before it is read: no event, no sight.</summary>
    /// <exception cref="RefusedException"><c>IDENTITY_UNKNOWN</c> (also after erasure); <c>PURPOSE_MISSING</c>.</exception>
    Task<PersonIdentity> Reveal(PersonKey key, string purpose, CancellationToken cancellation = default);

    /// <summary>Erases the person: the key remains in events and says nothing any more. False when there was nothing.</summary>
    Task<bool> Erase(PersonKey key, CancellationToken cancellation = default);

    /// <summary>Seals and indexes anew, with the current keys, up to <paramref name="limit"/> persons that are not yet.</summary>
    /// <returns>How many were; 0 means the former keys may go.</returns>
    Task<int> Rekey(int limit, CancellationToken cancellation = default);
}

/// <summary>Who saw a person's record (SEC-005).</summary>
/// <param name="Person">Whose.</param>
/// <param name="Actor">Who, in which capacity, of which node.</param>
/// <param name="Purpose">What for.</param>
/// <param name="At">When.</param>
/// <param name="Whole">Whether in clear.</param>
/// <param name="Correlation">The business transaction.</param>
public sealed record IdentitySeen(PersonKey Person, Actor Actor, string Purpose, DateTimeOffset At, bool Whole, string Correlation);

/// <summary>Stores the event; called before the identity is read, and its failure prevents the sight.</summary>
public interface IIdentityAudit
{
    Task Seen(IdentitySeen seen, CancellationToken cancellation);
}
