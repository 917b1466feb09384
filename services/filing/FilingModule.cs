using Yibao.Filing.Doors;
using Yibao.Filing.Eligibility;
using Yibao.Filing.Policy;
using Yibao.Hosting;
using Yibao.Hosting.Identity;

namespace Yibao.Filing;

/// <summary>备案服务: insured persons and their standing, filings, chronic-disease qualifications, designated institutions.</summary>
public sealed class FilingModule : IServiceModule
{
    public string Name => "filing";

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(FilingModule).Assembly);
        service.Services.AddSingleton(FilingPolicies.Reference);
        service.Services.AddSingleton<EligibilityDesk>();
        service.Grpc<EligibilityService>(Access.Inside);
    }
}
