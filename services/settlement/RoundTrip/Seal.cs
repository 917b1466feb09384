using Yibao.Contracts.Nodes;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>What is left of an envelope beside its payload: with the stored record it makes the signed envelope again, byte for byte.</summary>
/// <param name="From">Who signed.</param>
/// <param name="To">For whom.</param>
/// <param name="Id">The envelope's id.</param>
/// <param name="Instant">The envelope's instant, by which it is routed.</param>
/// <param name="KeyId">Which key.</param>
/// <param name="Signature">Base64.</param>
public sealed record Seal(AdminDivision From, AdminDivision To, string Id, DateTimeOffset Instant, string KeyId, string Signature);

/// <summary>An envelope as it was signed, and its seal. A signature holds for one content only: an equal seal is this envelope's.</summary>
public sealed record Signed(Envelope Envelope, Seal Seal);
