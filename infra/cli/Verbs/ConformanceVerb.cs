using System.CommandLine;
using System.Globalization;
using Yibao.Cli.Demos;
using Yibao.Cli.His;
using Yibao.Cli.Shell;
using Yibao.Kernel.Places;
using Yibao.SampleHis;

namespace Yibao.Cli.Verbs;

/// <summary><c>./yibao conformance URL</c>: what a HIS vendor does first, against any gateway that speaks the national hospital interface.</summary>
internal sealed class ConformanceVerb() : Verb("conformance", "Walk a HIS vendor's golden path against any gateway of the national hospital interface, and draw it")
{
    protected override void Define(Command command)
    {
        var address = new Argument<string?>("url") { Description = "The gateway, e.g. http://127.0.0.1:18122; left out: a sample platform started for it", DefaultValueFactory = _ => null };
        command.Arguments.Add(address);
        var sample = SampleHospital.Account;
        var account = Option(command, "--account", "Access key (_api_access_key)", sample.AccessKey);
        var secret = Option<string>(command, "--secret", "Its secret; better by the environment variable YIBAO_HIS_SECRET");
        var institution = Option(command, "--institution", "定点医药机构编号 (fixmedins_code)", sample.Institution);
        var area = Option(command, "--area", "就医地医保区划 (mdtrtarea_admvs)", sample.Area);
        var home = Option<string>(command, "--home", "参保地医保区划 of the patient (insuplc_admdvs); with --certno and --name, else the sample patients");
        var number = Option<string>(command, "--certno", "The test patient's identity number");
        var name = Option<string>(command, "--name", "The test patient's name");
        var insurance = Option(command, "--insurance", "险种 (insutype): 310 or 390", "310");
        var person = Option(command, "--person-type", "人员类别 (psn_type)", "11");
        var charges = Option<FileInfo>(command, "--charges", "What is charged, a line each: code,name,price,count (CSV with a header); else the samples");
        var only = Option(command, "--only", "outpatient, reversal or inpatient; all is everything", "all");
        Does(command, async (parsed, output, cancellation) =>
        {
            var his = new HisAccount(parsed.GetValue(account)!, Secret(parsed.GetValue(secret), parsed.GetValue(institution)!), parsed.GetValue(institution)!, SampleHospital.Name, parsed.GetValue(area)!);
            var patient = PatientOf(parsed.GetValue(home), parsed.GetValue(number), parsed.GetValue(name), parsed.GetValue(insurance)!, parsed.GetValue(person)!);
            var lines = ChargesOf(parsed.GetValue(charges));
            var part = parsed.GetValue(only)! is "all" or "outpatient" or "reversal" or "inpatient" ? parsed.GetValue(only)! : throw new WrongInputException("--only is outpatient, reversal, inpatient or all.");
            if (parsed.GetValue(address) is { } given) return await Walk(UriOf(given), his, patient, lines, part, output, cancellation);
            var (platform, stage) = await SamplePlatform.StartAsync(output, TimeSpan.FromSeconds(30), cancellation);
            await using var running = platform;
            using var shown = stage;
            return await Walk(platform[new AdminDivision("420000"), "gateway"].Http, his, patient, lines, part, output, cancellation);
        });
    }

    private static async Task<int> Walk(Uri gateway, HisAccount account, Patient? patient, IReadOnlyList<Charge>? charges, string part, Output output, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        var path = new GoldenPath(new HisSystem(http, gateway, account, TimeProvider.System));
        try
        {
            if (part is "all" or "outpatient") await path.Outpatient(patient ?? SampleHospital.Outpatient, charges ?? SampleHospital.OutpatientCharges, cancellation);
            if (part is "all" or "reversal") await path.Reversal(patient ?? SampleHospital.Outpatient, charges ?? SampleHospital.OutpatientCharges, cancellation);
            if (part is "all" or "inpatient") await path.Inpatient(patient ?? SampleHospital.Inpatient, charges ?? SampleHospital.InpatientCharges, cancellation);
        }
        catch (HttpRequestException unreachable)
        {
            throw new FailedException($"{gateway} does not answer: {unreachable.Message}");
        }

        var failed = path.Steps.Count(step => !step.Holds);
        output.Answer(new { Gateway = gateway, Account = account.AccessKey, account.Institution, path.Holds, Steps = path.Steps, Passed = path.Steps.Count - failed, Failed = failed }, console =>
        {
            console.Write(new Spectre.Console.Text(Sequence.Draw(path.Steps, " HIS", gateway.Authority)));
            console.Write(new Spectre.Console.Text($"\n{path.Steps.Count - failed} steps hold, {failed} do not.\n"));
        });
        return path.Holds ? 0 : 1;
    }

    private static Uri UriOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : throw new WrongInputException($"'{text}' is no address like http://127.0.0.1:18122.");

    private static string Secret(string? given, string institution) =>
        given ?? Environment.GetEnvironmentVariable("YIBAO_HIS_SECRET") ?? (institution == SampleHospital.Code ? SampleHospital.Account.SecretKey : throw new WrongInputException("The account's secret is needed: YIBAO_HIS_SECRET or --secret."));

    private static Patient? PatientOf(string? home, string? number, string? name, string insurance, string person) => (home, number, name) switch
    {
        (null, null, null) => null,
        ({ Length: 6 }, { Length: > 0 }, { Length: > 0 }) => new Patient(home, insurance, "01", number, name, person),
        _ => throw new WrongInputException("--home (six digits), --certno and --name belong together."),
    };

    private static IReadOnlyList<Charge>? ChargesOf(FileInfo? file)
    {
        if (file is null) return null;
        if (!file.Exists) throw new WrongInputException($"There is no file {file}.");
        var charges = new List<Charge>();
        foreach (var line in File.ReadLines(file.FullName).Skip(1).Where(line => line.Length > 0))
        {
            charges.Add(line.Split(',') is [var code, var name, var price, var count]
                && decimal.TryParse(price, NumberStyles.Number, CultureInfo.InvariantCulture, out var yuan) && decimal.TryParse(count, NumberStyles.Number, CultureInfo.InvariantCulture, out var times)
                ? new Charge(code, name, yuan, times)
                : throw new WrongInputException($"'{line}' is not code,name,price,count."));
        }

        return charges.Count > 0 ? charges : throw new WrongInputException($"{file} has no charges.");
    }
}
