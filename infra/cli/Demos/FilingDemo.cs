using System.Text;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Cli.His;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Filing;
using Yibao.Filing.Desks;
using Yibao.Filing.Doors;
using Yibao.Filing.Filings;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Local;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Cli.Demos;

/// <summary>备案: one made a minute before discharge takes effect at the treatment place; Kaifeng's lock refuses a change.</summary>
internal sealed class FilingDemo() : Demo("filing", "异地就医备案：出院前一分钟补办即可直接结算；开封备案六个月内不得变更")
{
    private const string Guiyang = "520100";
    private const string Kaifeng = "410200";

    public override async Task Run(DemoStage stage, CancellationToken cancellation)
    {
        await MinuteBeforeDischarge(stage, cancellation);
        await Lock(stage, cancellation);
    }

    private static async Task MinuteBeforeDischarge(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(1) 贵阳职工未备案住进武汉的医院，出院前一分钟补办");
        var home = new Agency(stage.Platform[DemoStage.Area("520000"), "filing"].Services!, Guiyang);
        var invented = InventedPerson.Number(770_001);
        var person = await home.Register(invented, cancellation);

        // The sample bill, of another patient and another visit: whatever the sample calls them.
        const string Bill = "f-guiyang-inpatient-in-wuhan";
        var visit = stage.Message(Bill).Input.One("mdtrtinfo")!;
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root(), "infra", "samples", Bill + ".json"), cancellation);
        foreach (var (given, becomes) in ((string, string)[])
            [(visit.Text("certno")!, invented.Id.Reveal()), (stage.Message(Bill).Input.One("data")!.Text("psn_name")!, invented.Name), (visit.Text("mdtrt_id")!, visit.Text("mdtrt_id") + "F"), (visit.Text("ipt_no")!, visit.Text("ipt_no") + "F"), (stage.Message(Bill).MessageId, "H42010000001202611121100000577")])
            text = text.Replace(given, becomes, StringComparison.Ordinal);
        var message = InterfaceRequest.Read(Encoding.UTF8.GetBytes(text));
        var his = stage.His(message);
        var refused = await Refusal(() => his.Prepare(message, cancellation));
        stage.Say($"  医院预结算：{refused?.Message}；{refused?.NextStep}");
        stage.Check("未备案：预结算答复“没有有效备案”，并指引补办（FIL-037）", refused?.Code == FilingErrors.NoFiling.Code);

        var admitted = VisitMapping.Instant(message.Input.One("mdtrtinfo")!, "begntime", "开始时间").ToDateTimeOffset();
        var application = home.Application(person, FilingCategory.OtherTemporary, "420100", "demo-minute") with { LateFor = new Stay(admitted, null) };
        var filing = await home.File(application, invented, cancellation);
        stage.Say($"  备案 {filing.Number}：{filing.Application.At.InBeijing():HH:mm:ss} 申请，{filing.ApprovedAt!.Value.InBeijing():HH:mm:ss} 审核通过，自 {filing.Start!.Value.InBeijing():yyyy-MM-dd HH:mm} 起有效（入院 {admitted.InBeijing():yyyy-MM-dd HH:mm}）");
        stage.Check("补办的起始时间早于入院时间（FIL-034）", filing.Start < admitted && filing.Mode == FilingMode.RetroBeforeDischarge);

        // The same visit, without registering it again.
        var quote = await his.Settlements.PreSettleAsync(HisClient.Terms(message), cancellationToken: cancellation);
        var settled = await his.Settle(message, quote, cancellation);
        stage.Say($"  结算 {settled.NationalId}：基金 {new Money(settled.Figures.FundTotalFen)}，个人现金 {new Money(settled.Figures.CashFen)}");
        stage.Check("同一次就医随即直接结算（FIL-033）", settled.State == SettlementState.Granted && settled.Figures.FundTotalFen > 0);

        foreach (var (node, what) in ((string, string)[])[("100000", "国家"), ("420000", "就医地")])
            stage.Check($"{what}节点已能查到该备案（FIL-038）", await stage.Eventually(async () => (await stage.Facts(node, "filing", $"filing-copy/{filing.Number}")).Count > 0, cancellation));
        stage.Check("参保地收到国家节点的回执（FIL-039）", await stage.Eventually(async () => (await stage.Facts("520000", "filing", $"filings/{person}")).Any(stored => stored.Fact is FilingForwarded { Tier.Code: "100000" }), cancellation));
    }

    private static async Task Lock(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(2) 开封：长期备案生效后六个月内原则上不得变更");
        await using var henan = await LocalPlatform.StartAsync(
            new LocalOptions { Nodes = [AdminDivision.National, new("410000")], Modules = [new FilingModule()], Backing = stage.Platform.Backing, LogLevel = Microsoft.Extensions.Logging.LogLevel.Critical }, cancellation);
        var kaifeng = new Agency(henan[DemoStage.Area("410000"), "filing"].Services!, Kaifeng);
        var invented = InventedPerson.Number(770_002);
        var person = await kaifeng.Register(invented, cancellation);
        var application = kaifeng.Application(person, FilingCategory.LongTermResident, "310000", "demo-lock") with { Materials = ["ID_CARD", "FILING_FORM", "RESIDENCE_PROOF"] };
        var filing = await kaifeng.File(application, invented, cancellation);

        var change = await Refusal(() => kaifeng.Change(filing.Number, "demo-change", null, cancellation));
        stage.Say($"  申请变更就医地：{change?.Message}；{change?.NextStep}");
        var opens = filing.Start!.Value.BusinessDate().AddMonths(6);
        stage.Check($"变更被拒绝，写明 {opens:yyyy-MM-dd} 起可以办理（FIL-023）", change?.Code == FilingErrors.ChangeLocked.Code && change.Details[1] == $"{opens:yyyy-MM-dd}");
        var cancel = await Refusal(() => kaifeng.Handle(filing.Number, (key, actor, now) => new CancelFiling(actor, key, filing.Number, CancelReason.Requested, now), Role.CityOperator, null, cancellation));
        stage.Check("取消同样在锁定期内（AMB-15）", cancel?.Code == FilingErrors.ChangeLocked.Code);

        await kaifeng.Change(filing.Number, "demo-change", "迁居上海以外，家属急需", cancellation);
        var overridden = (await henan[DemoStage.Area("410000"), "filing"].Services!.GetRequiredService<Hosting.IHistory>().Of($"filings/{person}", cancellation)).Single(stored => stored.Fact is FilingRuleOverridden);
        stage.Check("主管注明理由后放行，突破本身是一条事件", overridden.Actor is { Role: Role.Supervisor, Reason.Length: > 0 });
    }

    private static async Task<Error?> Refusal(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Error;
        }
        catch (RpcException failure) when (ErrorStatus.FromRpc(failure) is not null)
        {
            return ErrorStatus.FromRpc(failure);
        }
    }

    /// <summary>The home agency at its filing service.</summary>
    private sealed class Agency(IServiceProvider services, string area)
    {
        private readonly FilingDesk _desk = services.GetRequiredService<FilingDesk>();
        private readonly ICurrentActor _current = services.GetRequiredService<ICurrentActor>();
        private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();

        private Actor Operator => new("demo-operator", Role.CityOperator, new(area));

        public async Task<PersonKey> Register(InventedPerson invented, CancellationToken cancellation)
        {
            using var acting = _current.Act(Operator, "demo/filing");
            var identity = new PersonIdentity(new IdentityDocument(IdentityDocument.CitizenCard, invented.Id.Reveal()), invented.Name, invented.Phone);
            return await services.GetRequiredService<PersonDesk>().Register(new NewPerson(identity, null, null, new(area), InsuranceType.Employee, "11", false, new DateOnly(2020, 1, 1), []), cancellation);
        }

        public ApplyForFiling Application(PersonKey person, FilingCategory category, string place, string id) =>
            new(Operator, person, id, new(area), InsuranceType.Employee, (int)category, new(place), "COUNTER", ["ID_CARD", "FILING_FORM"], _time.GetUtcNow());

        public async Task<Filing.Filings.Filing> File(ApplyForFiling application, InventedPerson invented, CancellationToken cancellation)
        {
            using (_current.Act(Operator, "demo/filing"))
            {
                var form = new FormFields { Name = invented.Name, SocialSecurityNumber = invented.Id.Reveal(), HomeAddress = "示例地址", ContactAddress = "示例地址", Phone1 = invented.Phone, SignedBy = invented.Name };
                await _desk.Apply(application, form, cancellation);
            }

            return await Handle(application.Number, (key, actor, now) => new ApproveFiling(actor, key, application.Number, now), Role.CityOperator, null, cancellation);
        }

        public Task<Filing.Filings.Filing> Change(string number, string id, string? reason, CancellationToken cancellation) =>
            Handle(number, (key, actor, now) => new RequestChange(actor, key, number, id, new FilingChange(new("330100"), null), now), reason is null ? Role.CityOperator : Role.Supervisor, reason, cancellation);

        public async Task<Filing.Filings.Filing> Handle(string number, Func<PersonKey, Actor, DateTimeOffset, HandleFiling> make, Role role, string? reason, CancellationToken cancellation)
        {
            using var acting = _current.Act(Operator with { User = $"demo-{role}", Role = role }, "demo/filing");
            return (await _desk.Handle(number, (key, _, actor, now) => make(key, actor, now), reason, cancellation)).Filing;
        }
    }
}
