using Yibao.Contracts.Filings;
using Yibao.Filing.Filings;
using Yibao.Filing.Policy;
using Yibao.Forms;
using Yibao.Forms.Hubei;
using Yibao.Hosting;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>Hubei's two papers of a filing (004 Annexes 1 and 2; FRM-004, FRM-005), from what is stored: the filing, its sealed particulars, the person's own document.</summary>
public sealed class PrintDesk(FilingDesk desk, SealedDetails details, IPersonTable persons, IHistory history, NodeRegistry registry, TimeProvider time)
{
    private const string FormName = "湖北省异地就医登记备案表";
    private const string LetterName = "基本医疗保险异地就医备案个人承诺书";

    private static readonly AdminDivision Hubei = new("420000");

    /// <summary>《湖北省异地就医登记备案表》. Every sight of a person's particulars is audited before it is given.</summary>
    /// <exception cref="RefusedException"><c>FILING_NOT_FOUND</c>; <c>OUT_OF_REGION</c>; <c>IDENTITY_UNKNOWN</c> after erasure; <c>FORM_CONTENT_INVALID</c>: another province, an emergency; <c>FIELD_REQUIRED</c>.</exception>
    public async Task<Form> Registration(string number, CancellationToken cancellation)
    {
        var (person, filing, map) = await Of(number, FormName, cancellation);
        var category = Printed(filing.Category, FormName);
        var (identity, form) = await Particulars(person, filing, "打印异地就医登记备案表", cancellation);
        var place = map[filing.Place];
        var handled = (await history.Of(PersonFilings.Stream(person).Id, cancellation)).LastOrDefault(stored => Handles(stored.Fact, number));
        return new FilingForm
        {
            Number = number,
            HomeArea = filing.HomeArea,
            Applicant = form.Name,
            Sex = Word(identity.Sex),
            Insurance = filing.Insurance,
            Category = category,
            Registration = filing.History.Length > 1 || filing.Pending is not null ? RegistrationKind.Change : RegistrationKind.New,
            SocialSecurityNumber = form.SocialSecurityNumber,
            CardNumber = form.CardNumber,
            HomeAddress = form.HomeAddress,
            ContactAddress = form.ContactAddress,
            Phone = form.Phone1,
            SecondPhone = form.Phone2,
            DestinationProvince = place.Tier == Tier.City ? map.ProvinceOf(place.Code).Name : place.Name,
            DestinationArea = place.Tier == Tier.City ? place.Name : null,
            SignedBy = form.SignedBy,
            FilledOn = filing.Application.At.BusinessDate(),
            Agency = $"{map[filing.HomeArea].Name}医疗保障经办机构",
            Handler = handled?.Context.Actor.User,
            HandledOn = handled?.Context.At.BusinessDate(),
        }.Issue();
    }

    /// <summary>《基本医疗保险异地就医备案个人承诺书》 of a filing that was made by commitment.</summary>
    /// <exception cref="RefusedException">As above; <c>FORM_CONTENT_INVALID</c> too where the filing rests on documents or the letter was destroyed.</exception>
    public async Task<Form> Commitment(string number, CancellationToken cancellation)
    {
        var (person, filing, map) = await Of(number, LetterName, cancellation);
        if (filing.Commitment is not { } letter) throw FormErrors.ContentInvalid.With(LetterName, filing.CommitmentGone ? "承诺书已到期销毁" : "该备案以证明材料办理，没有承诺书").AsException();
        var category = Printed(filing.Category, LetterName);
        var (identity, form) = await Particulars(person, filing, "打印个人承诺书", cancellation);
        return new CommitmentLetter
        {
            FilingNumber = number,
            HomeArea = filing.HomeArea,
            Applicant = form.Name,
            Sex = Word(identity.Sex),
            Phone = form.Phone1,
            IdNumber = identity.Document.Reveal(),
            HomePlace = map.FullName(filing.HomeArea),
            TreatmentPlace = map.FullName(filing.Place),
            Category = category,
            Notice = filing.Application.NoticeVersion is { } version ? $"告知书版本：{version}" : null,
            SignedBy = form.SignedBy,
            SignedOn = letter.SignedOn,
        }.Issue();
    }

    private async Task<(PersonKey Person, Filings.Filing Filing, NodeMap Map)> Of(string number, string name, CancellationToken cancellation)
    {
        var (person, filing) = await desk.Get(number, cancellation);
        var map = registry.At(time.GetUtcNow());
        if (map.ProvinceOf(filing.HomeArea).Code != Hubei) throw FormErrors.ContentInvalid.With(name, "本表为湖北省表样").AsException();
        return (person, filing, map);
    }

    private async Task<(PersonIdentity Identity, Doors.FormFields Form)> Particulars(PersonKey person, Filings.Filing filing, string purpose, CancellationToken cancellation)
    {
        // The identity's own audit stands for the particulars, which are opened with it and never without.
        var identity = await persons.Reveal(person, purpose, cancellation);
        return (identity, await details.Open(filing.Details) ?? throw IdentityErrors.Unknown.With().AsException());
    }

    private static bool Handles(IFact fact, string number) => fact switch
    {
        FilingApproved e => e.Number == number,
        FilingApprovedInstantly e => e.Number == number,
        FilingRejected e => e.Number == number,
        FilingChangeConfirmed e => e.Number == number,
        FilingCancelled e => e.Number == number,
        _ => false,
    };

    private static PrintedCategory Printed(FilingCategory category, string name) => category switch
    {
        FilingCategory.ResettledRetiree => PrintedCategory.ResettledRetiree,
        FilingCategory.LongTermResident => PrintedCategory.LongTermResident,
        FilingCategory.StationedWorker => PrintedCategory.StationedWorker,
        FilingCategory.Referred => PrintedCategory.Referred,
        FilingCategory.OtherTemporary => PrintedCategory.OtherTemporary,
        FilingCategory.Emergency => throw FormErrors.ContentInvalid.With(name, "急诊抢救视同备案，没有登记表").AsException(),
    };

    private static string Word(Sex? sex) => sex switch
    {
        Sex.Male => "男",
        Sex.Female => "女",
        null => "",
    };
}
