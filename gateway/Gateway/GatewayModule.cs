using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yibao.Gateway.Documents;
using Yibao.Gateway.Hospital;
using Yibao.Gateway.Hospital.Transactions;
using Yibao.Gateway.Limits;
using Yibao.Gateway.Proxy;
using Yibao.Hosting;
using Yibao.Hosting.Nodes;
using Yibao.HospitalInterface.Signing;

namespace Yibao.Gateway;

/// <summary>
/// The only door for people and hospitals of one node: REST for operators and gRPC for HIS pass through to the services,
/// which authorise for themselves; the national hospital interface is spoken here and nowhere else.
/// </summary>
public sealed class GatewayModule : IServiceModule
{
    public const string ServiceName = CertificateIdentity.Gateway;

    public string Name => ServiceName;

    public bool Public => true;

    public void Configure(ServiceBuilder service)
    {
        service.AddPassThrough();
        service.AddInstitutionLimits();
        service.AddMessageCeiling();
        AudienceDocuments.AddTo(service);
        service.Services.TryAddSingleton<IGatewaySignature, HmacSha1Signature>();
        service.Services.TryAddSingleton<IHospitalAccounts, ConfiguredAccounts>();
        service.AddTransactions();
        service.Services.AddSingleton<HospitalDesk>();
        service.Services.AddSingleton<HospitalDoor>();
        service.Endpoints(routes => routes.MapHospitalInterface());
    }
}
