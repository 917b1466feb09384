using Yibao.Gateway.Hospital.Messages;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>签到 (9001).</summary>
internal sealed class SignIn(KeptFiles files) : ITransaction
{
    public string Infno => "9001";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var node = call.Node("signIn");
        // The operator's code is an account of the institution's own system.
        await files.SignIn(call.Institution, call.Reference, VisitMapping.Need(node, "opter_no", "操作员编号"), call.ReceivedAt);
        return Calls.Answer("signinoutb", new OutputNode(Infno, "signinoutb").Set("sign_time", call.ReceivedAt).Set("sign_no", call.Reference).Build());
    }
}

/// <summary>签退 (9002).</summary>
internal sealed class SignOut(KeptFiles files) : ITransaction
{
    public string Infno => "9002";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var number = VisitMapping.Need(call.Node("signOut"), "sign_no", "签到编号");
        var at = await files.SignOut(call.Institution, number, call.ReceivedAt) ?? throw InterfaceErrors.SignUnknown.With(number).AsException();
        return Calls.Answer("sign_time", new OutputNode(Infno, "sign_time").Set("sign_time", at).Build());
    }
}
