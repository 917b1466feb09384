using System.Text.Json;
using Yibao.Forms;
using Yibao.Forms.Hubei;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Settlement.Trauma;

/// <summary>What stands on the signed paper (SET-017). It speaks of a person: sealed at once, opened only to be printed.</summary>
public sealed record TraumaPaper
{
    private const string Name = "外伤无第三方责任承诺书";

    public required string Promisor { get; init; }

    public required string Phone { get; init; }

    public required string DocumentType { get; init; }

    public required string DocumentNumber { get; init; }

    public required DateTimeOffset InjuredAt { get; init; }

    public required string Place { get; init; }

    public required string Course { get; init; }

    public required bool NoThirdParty { get; init; }

    public required bool NoWorkInjury { get; init; }

    public required bool Repays { get; init; }

    public required DateOnly SignedOn { get; init; }

    /// <summary>Null: signed by the patient.</summary>
    public RelativeSigning? Relative { get; init; }

    public Signer SignedBy => Relative is null ? Signer.Patient : Signer.NearRelative;

    /// <exception cref="RefusedException"><c>FIELD_REQUIRED</c> naming every missing field, <c>TRAUMA_PROMISE_MISSING</c>, one of <c>ID_NUMBER_…</c>.</exception>
    public void Check()
    {
        var missing = new (string Field, string? Value)[]
        {
            ("承诺人", Promisor), ("联系电话", Phone), ("证件类型", DocumentType), ("证件号码", DocumentNumber), ("地点", Place), ("外伤经过", Course),
            ("近亲属姓名", Relative is null ? "-" : Relative.Name), ("近亲属身份证号码", Relative is null ? "-" : Relative.IdNumber), ("近亲属联系方式", Relative is null ? "-" : Relative.Phone),
        }.Where(field => string.IsNullOrWhiteSpace(field.Value)).Select(field => field.Field).ToList();
        if (missing.Count > 0) throw FormErrors.FieldRequired.With(Name, string.Join('、', missing)).AsException();
        _ = new IdentityDocument(DocumentType, DocumentNumber);
        if (Relative is { } relative) _ = CitizenId.Parse(relative.IdNumber);
        if (!(NoThirdParty && NoWorkInjury && Repays)) throw CareErrors.PromiseMissing.With().AsException();
    }

    /// <summary>Annex 11 as it was signed (FRM-012).</summary>
    /// <param name="documentKind">证件类型 in words.</param>
    public Form Form(string visitId, Place area, string documentKind) => new TraumaCommitment
    {
        VisitId = visitId,
        TreatmentArea = area.Code,
        AgencyPlace = area.Name,
        Promisor = Promisor,
        Phone = Phone,
        CredentialKind = documentKind,
        CredentialNumber = DocumentNumber,
        InjuredAt = InjuredAt.InBeijing().DateTime,
        Place = Place,
        Course = Course,
        SignedBy = Relative is { } relative ? $"{relative.Name}（近亲属代签，身份证号码 {relative.IdNumber}，联系方式 {relative.Phone}）" : Promisor,
        SignedOn = SignedOn,
    }.Issue();

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static TraumaPaper Of(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<TraumaPaper>(bytes)!;

    /// <summary>Never prints what it holds.</summary>
    public override string ToString() => nameof(TraumaPaper);
}

/// <summary>患者本人无法签字的由其近亲属代签，并填写身份证号码和联系方式.</summary>
public sealed record RelativeSigning(string Name, string IdNumber, string Phone)
{
    public override string ToString() => nameof(RelativeSigning);
}
