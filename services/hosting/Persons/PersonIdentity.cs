using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;

namespace Yibao.Hosting.Persons;

/// <summary>A document that proves who someone is: its kind and number. Prints masked, is never written to JSON.</summary>
[JsonConverter(typeof(NeverJson<IdentityDocument>))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed record IdentityDocument
{
    /// <summary>居民身份证（户口簿） (psn_cert_type 01).</summary>
    public const string CitizenCard = "01";

    private const int NumberLimit = 50;

    /// <param name="type">人员证件类型 (psn_cert_type).</param>
    /// <param name="number">证件号码 (certno). For type 01 the number is checked and the former 15 digits become 18.</param>
    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>, <c>FIELD_INVALID</c> or one of <c>ID_NUMBER_…</c>.</exception>
    public IdentityDocument(string? type, string? number)
    {
        Type = type?.Trim() ?? "";
        if (Type.Length == 0) throw SystemErrors.FieldMissing.With("psn_cert_type").AsException();
        if (Type.Length > 6 || !Type.All(char.IsAsciiDigit)) throw SystemErrors.FieldInvalid.With("psn_cert_type", "证件类型代码").AsException();
        var text = number?.Trim() ?? "";
        if (text.Length == 0) throw SystemErrors.FieldMissing.With("certno").AsException();
        if (text.Length > NumberLimit) throw SystemErrors.FieldInvalid.With("certno", "超过 50 位").AsException();
        if (Type == CitizenCard)
        {
            Citizen = CitizenId.Parse(text);
            Number = Citizen.Reveal();
        }
        else
        {
            Number = text.ToUpperInvariant();
        }
    }

    public string Type { get; }

    /// <summary>In clear; goes nowhere but into the encrypted table and onto the person's own document.</summary>
    internal string Number { get; }

    /// <summary>The identity number of a type 01 document.</summary>
    public CitizenId? Citizen { get; }

    /// <summary>The number in clear, for a document handed to the person.</summary>
    public string Reveal() => Number;

    public override string ToString() => $"{Type}:{Masking.Number(Number)}";
}

/// <summary>Who a person is. Lives in the encrypted table and nowhere else; prints masked, is never written to JSON.</summary>
/// <param name="Document">The document that proves it.</param>
/// <param name="Name">姓名 (psn_name).</param>
/// <param name="Phone">联系电话 (tel).</param>
[JsonConverter(typeof(NeverJson<PersonIdentity>))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed record PersonIdentity(IdentityDocument Document, string Name, string? Phone = null)
{
    /// <summary>出生日期 (brdy): given, or from the identity number.</summary>
    public DateOnly? Birth { get => field ?? Document.Citizen?.BirthDate; init; }

    /// <summary>性别 (gend): given, or from the identity number.</summary>
    public Sex? Sex { get => field ?? Document.Citizen?.Sex; init; }

    public override string ToString() => $"{Masking.Name(Name)} {Document} {Masking.Phone(Phone)}";
}

/// <summary>What may be shown without being audited as full sight.</summary>
/// <param name="Key">The opaque key.</param>
/// <param name="Name">张**.</param>
/// <param name="DocumentType">psn_cert_type.</param>
/// <param name="Document">3701**********001X.</param>
/// <param name="Phone">138****5678, or empty.</param>
/// <param name="Birth">出生日期: decides benefits, so it is shown.</param>
/// <param name="Sex">性别.</param>
public sealed record MaskedPerson(PersonKey Key, string Name, string DocumentType, string Document, string Phone, DateOnly? Birth, Sex? Sex);

/// <summary>Refuses to read or write an identity as JSON: events, messages and logs carry person keys.</summary>
internal sealed class NeverJson<T> : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException($"{typeof(T).Name} is never serialised: use the person key.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException($"{typeof(T).Name} is never serialised: use the person key.");
}
