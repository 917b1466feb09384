using System.Globalization;

namespace Yibao.Kernel;

// Yuan and 万元 as people, files and forms write them.
public readonly partial record struct Money
{
    private const NumberStyles Written = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    /// <summary>0.01 万元 = 100.00 元: the smallest step of a prefund amount (FRM-001).</summary>
    public static Money WanStep { get; } = new(100_00);

    /// <summary>Yuan as written: <c>12080</c>, <c>12,080.00</c>, <c>-0.5</c>. More than two decimals is not an amount.</summary>
    public static bool TryParse(string? text, out Money money)
    {
        money = Zero;
        if (!decimal.TryParse(text, Written, CultureInfo.InvariantCulture, out var yuan) || Math.Abs(yuan) > long.MaxValue / 100m) return false;
        var fen = yuan * 100m;
        if (fen != decimal.Truncate(fen)) return false;
        money = new Money(decimal.ToInt64(fen));
        return true;
    }

    /// <exception cref="FormatException">Not an amount of yuan with at most two decimals.</exception>
    public static Money Parse(string text) => TryParse(text, out var money) ? money : throw new FormatException($"'{text}' is not an amount of yuan with at most two decimals.");

    /// <summary>An amount in 万元: <c>Wan(660.00m)</c> is 6,600,000.00 yuan. At most six decimals (a fen).</summary>
    public static Money Wan(decimal wan) => Yuan(wan * 10_000m);

    public decimal InWan => Fen / 1_000_000m;

    /// <summary>Fixed at two decimals of 万元 by rounding half-up, so that the payment in yuan is exactly the printed number × 10,000 (FRM-001).</summary>
    public Money FixedToWan() => new(checked(decimal.ToInt64(decimal.Round(InWan, 2, MidpointRounding.AwayFromZero) * 1_000_000m)));

    /// <summary>661.23: 万元 with two decimals, as the prefund forms print it.</summary>
    /// <exception cref="InvalidOperationException">The amount was not fixed first: printing would change it.</exception>
    public string ToWan() => Fen % WanStep.Fen == 0
        ? InWan.ToString("#,##0.00", CultureInfo.InvariantCulture)
        : throw new InvalidOperationException("An amount is fixed at two decimals of 万元 before it is printed in 万元.");

    /// <summary>12080.00: yuan for files and the hospital interface, without separators.</summary>
    public string ToPlain() => InYuan.ToString("0.00", CultureInfo.InvariantCulture);
}
