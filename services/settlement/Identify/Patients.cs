using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Filing.V1;
using Yibao.Hosting.Grpc;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Identify;

/// <summary>What the treatment place's own filing service says and keeps of patients: which credentials it takes, and who they are. Here only the key is known.</summary>
public sealed class Patients(IPeers peers)
{
    /// <summary>Whether the treatment place takes this kind of credential (SET-003, SET-004).</summary>
    /// <exception cref="RefusedException"><c>CREDENTIAL_NOT_ACCEPTED</c>, <c>FIELD_INVALID</c>.</exception>
    public async Task MustAccept(AdminDivision treatment, string credentialType, DateTimeOffset began, CancellationToken cancellation) =>
        await Filing().AcceptCredentialAsync(new AcceptCredentialRequest { TreatmentArea = treatment.Code, CredentialType = credentialType, At = Timestamp.FromDateTimeOffset(began) }, cancellationToken: cancellation);

    /// <summary>Keeps who the patient is, as home confirmed it, sealed in this node's table.</summary>
    public async Task Remember(PersonKey person, string documentType, string documentNumber, string name, string phone, CancellationToken cancellation) =>
        await Filing().RememberPatientAsync(new Patient { PersonKey = person.ToString(), DocumentType = documentType, DocumentNumber = documentNumber, Name = name, Phone = phone }, cancellationToken: cancellation);

    /// <summary>In clear, for a paper of his own; the sight is recorded. Null when this node was never told.</summary>
    public async Task<Patient?> Of(PersonKey person, string purpose, CancellationToken cancellation = default)
    {
        try
        {
            return await Filing().GetPatientAsync(new GetPatientRequest { PersonKey = person.ToString(), Purpose = purpose }, cancellationToken: cancellation);
        }
        catch (RefusedException refused) when (refused.Error.Definition == IdentityErrors.Unknown)
        {
            return null;
        }
    }

    private Contracts.Filing.V1.Eligibility.EligibilityClient Filing() => new(peers.Invoker("filing", CallRules.Repeatable));
}
