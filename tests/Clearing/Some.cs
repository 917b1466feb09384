using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Clearing.Book;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Tests;

/// <summary>Invented settlements for tests: every figure adds up, no person is real.</summary>
internal static class Some
{
    public static readonly AdminDivision Nation = new("100000");
    public static readonly AdminDivision Hubei = new("420000");
    public static readonly AdminDivision Wuhan = new("420100");
    public static readonly AdminDivision Yichang = new("420500");
    public static readonly AdminDivision Guizhou = new("520000");
    public static readonly AdminDivision Guiyang = new("520100");
    public static readonly AdminDivision Qinghai = new("630000");
    public static readonly AdminDivision Xining = new("630100");
    public static readonly AdminDivision Haidong = new("630200");

    public static readonly DateOnly Day = new(2023, 3, 10);

    public static DateTimeOffset At(DateOnly day, int hour, int minute = 0, int second = 0) => new(day.ToDateTime(new TimeOnly(hour, minute, second)), TimeSpan.FromHours(8));

    public static SettlementContent Settlement(string id, AdminDivision? treatment = null, AdminDivision? home = null, DateOnly? day = null,
        decimal total = 20000m, decimal fund = 12080m, string institution = "H42010000001", DateTimeOffset? instant = null)
    {
        var (sum, paid) = (Money.Yuan(total), Money.Yuan(fund));
        return new SettlementContent(id, null, "V" + id, treatment ?? Wuhan, home ?? Guiyang, institution,
            PersonKey.From(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16)), InsuranceType.Employee, "21", day ?? Day, instant ?? At(day ?? Day, 10),
            new SplitTotals(sum, sum, Money.Zero, Money.Zero, Money.Zero),
            new Figures(sum, [new FundAmount(Fund.Pooled, "统筹基金", paid)], sum - paid, Money.Zero, Money.Zero),
            "request-" + id, "policy-1", 1);
    }

    public static SettlementContent WithFund(this SettlementContent content, Money fund) => content with
    {
        Figures = content.Figures with { Funds = [new FundAmount(Fund.Pooled, "统筹基金", fund)], Cash = content.Total - fund },
    };

    public static BookEntry Entry(SettlementContent content, PartyRole role = PartyRole.Relay, Crossing? crossing = null, int version = 1) =>
        new(role, content, version, content.Instant, crossing ?? new Crossing(Hubei, Guizhou, false));

    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"S{number:000000}");
}
