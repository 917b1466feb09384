using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Verification;
using Liability = Yibao.Contracts.Settlement.V1.Liability;

namespace Yibao.Settlement.Doors;

/// <summary>The treatment agency's verification queues.</summary>
public sealed class VerificationService(VerificationItems items, IWriteDoor door, ICurrentActor current, TimeProvider time) : Contracts.Settlement.V1.Verification.VerificationBase
{
    public override async Task<ListVerificationAnswer> List(ListVerificationRequest request, ServerCallContext context)
    {
        var limit = request.Limit is > 0 and <= 500 ? request.Limit : 100;
        var found = await items.Of(request.Area, request.Queue, request.OpenOnly, request.Cursor, limit);
        var answer = new ListVerificationAnswer { NextCursor = found.Count == limit ? found[^1].SettlementId : "" };
        answer.Items.AddRange(found.Select(ToWire));
        return answer;
    }

    public override async Task<VerificationItem> FindLiability(FindLiabilityRequest request, ServerCallContext context)
    {
        var liability = request.Liability switch
        {
            Liability.ThirdParty => Verification.Liability.ThirdParty,
            Liability.WorkInjury => Verification.Liability.WorkInjury,
            _ => throw SystemErrors.FieldInvalid.With("liability", "1、2").AsException(),
        };
        // Whose item it is stands in the item: an agency finds in its own area only.
        if (await items.Find(request.NationalId) is not { } item || item.Area != request.Area) throw CareErrors.NotInVerification.With(request.NationalId).AsException();
        var stream = TreatmentSettlement.Stream(request.NationalId);
        var now = time.GetUtcNow();
        (await door.Execute(new Command(current.Actor, request.NationalId, [stream], states => VerificationRules.Find(request.NationalId, liability, now, states.Of(stream))))).OrThrow();
        return ToWire((await items.Find(request.NationalId))!);
    }

    private static VerificationItem ToWire(ListedItem item) => new()
    {
        NationalId = item.SettlementId,
        Area = item.Area,
        InstitutionCode = item.Institution,
        Queue = item.Queue,
        BenefitFen = item.Benefit.Fen,
        OpenedAt = Timestamp.FromDateTimeOffset(item.OpenedAt),
        State = item.State,
        RecoveryFen = item.Recovery.Fen,
    };
}
