using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Yibao.Cli.Shell;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Local;
using Command = System.CommandLine.Command;

namespace Yibao.Cli.Verbs;

/// <summary>A token of the development issuer, for the hosts that <c>up</c> starts.</summary>
internal sealed class TokenVerb() : Verb("token", "Issue a development token: TOKEN=$(./yibao token CityOperator --node 420100)")
{
    protected override void Define(Command command)
    {
        var role = Argument<string[]>(command, "role", $"One or more of {string.Join(", ", Enum.GetNames<Role>().Except([nameof(Role.System), nameof(Role.Node)], StringComparer.Ordinal))}");
        role.Arity = ArgumentArity.OneOrMore;
        var node = Option(command, "--node", "Code of the agency the holder belongs to", "420000");
        var institution = Option<string>(command, "--institution", "定点医药机构编码, for role Institution");
        var user = Option<string>(command, "--user", "An opaque name; never a person's");
        var hours = Option(command, "--hours", "How long it is good", 12);
        var agency = Option<string>(command, "--on-behalf-of", "For role DelegatedInsurer: code of the commissioning agency");
        var insurances = Option<string>(command, "--insurances", "For role DelegatedInsurer: commissioned insurances, e.g. 310,390", "310,390");
        var functions = Option<string>(command, "--functions", "For role DelegatedInsurer: commissioned functions, separated by commas, e.g. filing", "filing");
        var until = Option<string>(command, "--commission-until", "For role DelegatedInsurer: last day of the commission, yyyy-MM-dd; otherwise as long as the token");
        Does(command, (parsed, output, _) =>
        {
            var roles = parsed.GetValue(role)!.Select(RoleNamed).ToArray();
            if (roles.Contains(Role.Institution) && parsed.GetValue(institution) is null) throw new WrongInputException("An institution acts for itself only: name it with --institution.");
            if (roles.Contains(Role.DelegatedInsurer) && parsed.GetValue(agency) is null) throw new WrongInputException("A commissioned insurer acts for an agency: name it with --on-behalf-of.");
            if (parsed.GetValue(hours) is < 1 or > 24 * 31) throw new WrongInputException("--hours is 1 to 744.");
            var who = new TokenOf(parsed.GetValue(user) ?? $"dev-{roles[0].ToString().ToLowerInvariant()}", Place(parsed.GetValue(node)!), roles)
            {
                Institution = parsed.GetValue(institution),
                Lifetime = TimeSpan.FromHours(parsed.GetValue(hours)),
                Delegation = parsed.GetValue(agency) is { } commissioning ? new Delegation(Place(commissioning), Words(parsed.GetValue(insurances)), Words(parsed.GetValue(functions)), Last(parsed.GetValue(until), parsed.GetValue(hours))) : null,
            };
            using var issuer = LocalIssuer.In(RunFolder.Path);
            var token = issuer.Issue(who);
            // Straight to the stream: a console would wrap it.
            output.Answer(new { Token = token, who.User, Node = who.Node.Code, Roles = roles, ExpiresInSeconds = (long)who.Lifetime.TotalSeconds }, _ => Console.Out.WriteLine(token));
            return Task.FromResult(0);
        });
    }

    private static Role RoleNamed(string name) =>
        Enum.TryParse<Role>(name, ignoreCase: true, out var role) && Enum.IsDefined(role) && role is not (Role.System or Role.Node) && !int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out _)
            ? role
            : throw new WrongInputException($"'{name}' is no role that a person or institution can have.");

    private static AdminDivision Place(string code) => AdminDivision.TryParse(code, out var place) && NodeRegistry.Reference.Latest.Knows(place)
        ? place
        : throw new WrongInputException($"'{code}' is no place of the registry (infra/regions/places.csv).");

    private static DateOnly Last(string? until, int hours) =>
        until is null ? TimeProvider.System.GetUtcNow().AddHours(hours).BusinessDate()
        : DateOnly.TryParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new WrongInputException("--commission-until is a day, e.g. 2026-12-31.");

    private static HashSet<string> Words(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
}
