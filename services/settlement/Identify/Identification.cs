using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Grpc;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Identify;

/// <summary>A credential on its way to the home place. It passes relays and is stored nowhere.</summary>
public sealed record IdentifyQuestion(string CredentialType, string CredentialValue)
{
    /// <summary>人员证件类型 (psn_cert_type); null: nothing is compared.</summary>
    public string? DocumentType { get; init; }

    /// <summary>证件号码 (certno).</summary>
    public string? DocumentNumber { get; init; }

    /// <summary>姓名 (psn_name).</summary>
    public string? Name { get; init; }

    /// <summary>Whether the account's balance is asked for too (1101).</summary>
    public bool WithAccount { get; init; }
}

/// <summary>From here on only the opaque key exists.</summary>
public sealed record IdentifiedPerson(PersonKey Person, IReadOnlyList<IdentifiedStanding> Standings)
{
    /// <summary>余额 (balc), where it was asked for.</summary>
    public Money? AccountBalance { get; init; }
}

/// <summary>Where and how the person is insured.</summary>
public sealed record IdentifiedStanding(AdminDivision HomeArea, InsuranceType Insurance, string PersonType)
{
    /// <summary>公务员标志 (cvlserv_flag).</summary>
    public bool CivilServant { get; init; }

    /// <summary>人员身份类别 (psn_idet_type).</summary>
    public IReadOnlyList<string>? SpecialGroups { get; init; }

    /// <summary>待遇状态: ACTIVE, SUSPENDED, TERMINATED.</summary>
    public string? Entitlement { get; init; }

    /// <summary>个人参保日期 (psn_insu_date).</summary>
    public DateOnly? EnrolledFrom { get; init; }
}

/// <summary>Asks the home place who bears a credential, over the same tree as settlements.</summary>
public sealed class Identification(Routes routes, Sealing sealing, INodeLink link, IPeers peers, IWriteDoor door, AskedInTime inTime, TimeProvider time) : INodeHandler
{
    public const string Question = "person.identify.v1";

    public const string Answered = "person.identified.v1";

    /// <summary>The treatment place's question.</summary>
    /// <exception cref="RefusedException"><c>CREDENTIAL_UNKNOWN</c> and the like from home; <c>AREA_UNKNOWN</c>, <c>AREA_NOT_CONNECTED</c>, <c>HOME_NO_ANSWER</c>.</exception>
    public async Task<IdentifiedPerson> Ask(AdminDivision homeArea, IdentifyQuestion question, CancellationToken cancellation)
    {
        if (routes.At(time.GetUtcNow()).NotConnected(homeArea) is { } planned) throw planned.AsException();
        // A fresh id: nothing of a credential may be guessed from it.
        var message = sealing.Make(homeArea, Guid.NewGuid().ToString("N"), Sealing.Truncate(time.GetUtcNow()), Question, question);
        var answer = await inTime.Ask(homeArea, limit => Answer(message, limit), cancellation);
        var host = routes.HostOf(homeArea, message.Instant);
        if (answer.From != host) throw SettlementErrors.WrongSigner.With(answer.From, host).AsException();
        return Sealing.Read<IdentifiedPerson>(answer);
    }

    public async Task<Envelope> Answer(Envelope message, CancellationToken cancellation)
    {
        if (routes.Next(message) is { } next) return await link.Send(next, routes.Passing(message), cancellation);

        var question = Sealing.Read<IdentifyQuestion>(message);
        var filing = new Contracts.Filing.V1.Eligibility.EligibilityClient(peers.Invoker("filing", CallRules.Repeatable));
        var found = await filing.IdentifyAsync(new IdentifyRequest
        {
            CredentialType = question.CredentialType,
            CredentialValue = question.CredentialValue,
            DocumentType = question.DocumentType ?? "",
            DocumentNumber = question.DocumentNumber ?? "",
            Name = question.Name ?? "",
        }, cancellationToken: cancellation);
        if (!PersonKey.TryParse(found.PersonKey, out var key)) throw SystemErrors.FieldInvalid.With("person_key", "filing").AsException();
        var person = new IdentifiedPerson(key, [.. found.Standings.Select(standing =>
            new IdentifiedStanding(new AdminDivision(standing.HomeArea), Benefits.NationalCodes.Insurance(standing.InsuranceType), standing.PersonType)
            {
                CivilServant = standing.CivilServant,
                SpecialGroups = [.. standing.SpecialGroups],
                Entitlement = standing.Entitlement,
                EnrolledFrom = standing.EnrolledFrom?.ToDateTimeOffset().BusinessDate(),
            })])
        {
            AccountBalance = question.WithAccount ? (await door.Read(PersonalAccount.Stream(key.ToString()), cancellation)).Account.Balance : null,
        };
        return sealing.Make(message.From, message.Id + "/answer", Sealing.Truncate(time.GetUtcNow()), Answered, person);
    }
}
