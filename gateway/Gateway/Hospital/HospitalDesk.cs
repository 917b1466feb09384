using System.Text.Json.Nodes;
using Yibao.HospitalInterface.Fields;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital;

/// <summary>Carries out a message of an institution that is known: checks the fields, finds the transaction, acts in the institution's name.</summary>
public sealed class HospitalDesk(IEnumerable<ITransaction> transactions, ICurrentActor current)
{
    private readonly Dictionary<string, ITransaction> _transactions = transactions.ToDictionary(transaction => transaction.Infno, StringComparer.Ordinal);

    /// <exception cref="RefusedException">Everything that is wrong with it.</exception>
    public async Task<JsonObject> Handle(InterfaceRequest request, HospitalAccount account, CancellationToken cancellation)
    {
        if (request.Institution != account.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        Validation.Check(request);
        if (!_transactions.TryGetValue(request.Infno, out var transaction)) throw InterfaceErrors.UnknownTransaction.With(request.Infno).AsException();
        var actor = new Actor(account.AccessKey, Role.Institution, account.Area, account.Institution);
        using (current.Act(actor, current.Correlation)) return await transaction.Run(new HospitalCall(request, account.Institution, account.Area), cancellation);
    }
}
