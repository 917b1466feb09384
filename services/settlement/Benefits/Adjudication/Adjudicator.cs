using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Settlement.Benefits.Adjudication;

/// <summary>Runs the benefit engine alone: on a file, for a what-if, at an audit.</summary>
/// <param name="policies">Every pack.</param>
/// <param name="places">Areas and their relations.</param>
public sealed class Adjudicator(PolicyLibrary policies, NodeMap places)
{
    /// <param name="json">See <see cref="AdjudicationRequest"/>.</param>
    /// <param name="pack">Takes the place of the home area's own pack, whatever its validity.</param>
    /// <exception cref="RefusedException">The input or the policy is wrong; the message names the field or the file and line.</exception>
    public AdjudicationResult Run(string json, PackFile? pack = null)
    {
        var request = AdjudicationRequest.Parse(json, places);
        var policy = pack is null ? policies.At(request.Standing.Area, request.Facts.End) : policies.With(pack, request.Facts.End);
        var breakdown = BenefitEngine.Adjudicate(policy.Pack, request.Standing, request.Accumulators, request.Account, request.Split, request.Facts);
        return new AdjudicationResult(request, policy, breakdown);
    }
}
