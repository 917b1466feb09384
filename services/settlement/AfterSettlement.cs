using Yibao.Hosting;
using Yibao.Kernel.Places;
using Yibao.Settlement.Booking;
using Yibao.Settlement.Details;
using Yibao.Settlement.Doors;
using Yibao.Settlement.Local;
using Yibao.Settlement.Manual;
using Yibao.Settlement.Paths;
using Yibao.Settlement.Rate;

namespace Yibao.Settlement;

/// <summary>What the service does after the settlement and without one: details, manual reimbursement, booking, receivables, the rate.</summary>
internal static class AfterSettlement
{
    public static void Declare(ServiceBuilder service, Func<string> regions)
    {
        DetailsTables.Declare(service);
        VisitPayments.Declare(service);
        Receivables.Receivables.Declare(service);
        CrossDischarges.Declare(service);
        service.Edges<NeighbourDoor>();
        service.Job<DetailsOverdueJob>("inpatient-details-overdue", "daily 00:10");
        service.Job<DetailsUploadJob>("inpatient-details-upload", "daily 02:00");
        AfterSettlementDoors.Declare(service);

        var services = service.Services;
        services.AddSingleton(provider => SettlementRules.Load(regions(), provider.GetRequiredService<NodeRegistry>().Latest));
        services.AddSingleton<DetailsTables>();
        services.AddSingleton<DirectDetails>();
        services.AddSingleton<DetailLines>();
        services.AddSingleton<DetailsDesk>();
        services.AddSingleton<VisitPayments>();
        services.AddSingleton<ManualDesk>();
        services.AddSingleton<UndirectDesk>();
        services.AddSingleton<BookingDesk>();
        services.AddSingleton<Receivables.Receivables>();
        services.AddSingleton<CrossDischarges>();
        services.AddSingleton<IManualStanding, FilingEligibility>();
        services.AddSingleton<IHomeSplits, CatalogueSplits>();
    }
}
