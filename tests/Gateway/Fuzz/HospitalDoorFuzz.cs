using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Yibao.SampleHis;

namespace Yibao.Gateway.Tests.Fuzz;

/// <summary>
/// Hostile input through the hospital door of a running country: nothing crashes, nothing is answered with a fault of ours, no identity
/// comes back in a refusal or stands in a log. <c>YIBAO_FUZZ_INPUTS</c> and <c>YIBAO_FUZZ_SEED</c> make a longer or another run.
/// </summary>
public sealed class HospitalDoorFuzz(SampleNodes nodes)
{
    private const int Standard = 3_000;
    private static readonly int[] Allowed = [200, 401, 403, 429];

    [Fact]
    public async Task Nothing_crashes_and_nothing_leaks()
    {
        var inputs = Setting("YIBAO_FUZZ_INPUTS", Standard);
        var seed = Setting("YIBAO_FUZZ_SEED", 20261122);
        var findings = new ConcurrentQueue<string>();
        var answers = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var messages = new HostileMessages(seed, nodes.FuzzSenders, await Genuine());
        await Parallel.ForAsync(0, inputs, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (number, cancellation) =>
        {
            if (findings.Count > 20) return;
            await Send(messages.Make(number), findings, answers, cancellation);
        });
        // A hundred megabytes, said and unsaid, whatever the number of inputs.
        await Send(messages.Make(39_999), findings, answers, TestContext.Current.CancellationToken);
        await Send(messages.Make(79_999), findings, answers, TestContext.Current.CancellationToken);

        var summary = string.Join("，", answers.OrderByDescending(answer => answer.Value).Select(answer => $"{answer.Key} {answer.Value}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}, {inputs} inputs: {summary}");
        if (Environment.GetEnvironmentVariable("YIBAO_FUZZ_REPORT") is { Length: > 0 } report) await File.WriteAllTextAsync(report, $"seed {seed}, {inputs} inputs: {summary}\n{string.Join('\n', findings)}\n", TestContext.Current.CancellationToken);
        findings.ShouldBeEmpty($"seed {seed}");
        nodes.Log.Where(line => HostileMessages.Identities.Any(identity => line.Contains(identity, StringComparison.Ordinal))).ShouldBeEmpty("an identity in a log");

        // And it still does its work.
        var path = new GoldenPath(nodes.His());
        await path.Outpatient(SampleNodes.XiningRetiree, SampleNodes.OutpatientCharges, TestContext.Current.CancellationToken);
        path.Steps.Where(step => !step.Holds).Select(step => $"{step.Infno} {step.Detail}").ShouldBeEmpty();
    }

    private async Task Send(Hostile input, ConcurrentQueue<string> findings, ConcurrentDictionary<string, int> answers, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(nodes.Gateway().Http, "/fsi/api/rsfComIfsService/callService")) { Content = input.Content() };
        foreach (var (name, value) in input.Headers) request.Headers.TryAddWithoutValidation(name, value);
        HisReply reply;
        try
        {
            reply = await nodes.His().Send(request, "", cancellation);
        }
        catch (HttpRequestException cut) when (input.Kind == "huge")
        {
            // The door answered and closed before all of it was sent: that is as it should be.
            answers.AddOrUpdate($"huge cut ({cut.HttpRequestError})", 1, static (_, count) => count + 1);
            return;
        }

        var text = Encoding.UTF8.GetString(reply.Raw);
        var code = reply.Succeeded ? "success" : reply.Status != 200 ? $"HTTP {reply.Status.ToString(CultureInfo.InvariantCulture)}" : reply.Error.Split(']')[0].TrimStart('[');
        answers.AddOrUpdate(code, 1, static (_, count) => count + 1);
        if (!Allowed.Contains(reply.Status)) findings.Enqueue($"#{input.Number} {input.Kind}: HTTP {reply.Status}");
        if (reply.Status == 200 && reply.Body is null && input.Kind != "huge") findings.Enqueue($"#{input.Number} {input.Kind}: no JSON");
        if (code == "INTERNAL") findings.Enqueue($"#{input.Number} {input.Kind}: {reply.Error} {LoggedUnder(reply.Error)} {await input.Content().ReadAsStringAsync(cancellation)}");
        // A success gives the HIS its own patient back; a refusal says nothing of him.
        if (!reply.Succeeded && HostileMessages.Identities.Any(identity => text.Contains(identity, StringComparison.Ordinal))) findings.Enqueue($"#{input.Number} {input.Kind}: an identity in {code}");
    }

    /// <summary>The messages of a HIS that does everything right, under ids of an earlier year.</summary>
    private async Task<IReadOnlyList<JsonObject>> Genuine()
    {
        var sent = new List<JsonObject>();
        var account = nodes.FuzzSenders[0].Account;
        var his = new HisSystem(nodes.Http, nodes.Gateway().Http, account, TimeProvider.System)
        {
            Envelope = message =>
            {
                message["msgid"] = message["msgid"]!.GetValue<string>() is var id ? $"{id[..12]}2024{id[16..]}" : "";
                sent.Add((JsonObject)message.DeepClone());
            },
        };
        var path = new GoldenPath(his);
        await path.Outpatient(SampleNodes.XiningRetiree, SampleNodes.OutpatientCharges, TestContext.Current.CancellationToken);
        await path.Reversal(SampleNodes.XiningRetiree, SampleNodes.OutpatientCharges, TestContext.Current.CancellationToken);
        await path.Inpatient(SampleNodes.GuiyangEmployee, SampleNodes.InpatientCharges, TestContext.Current.CancellationToken);
        return sent;
    }

    /// <summary>What stands in the log under the trace that the answer names.</summary>
    private string LoggedUnder(string error) => error.Split("跟踪号 ") is [_, { Length: >= 32 } rest] ? nodes.Log.FirstOrDefault(line => line.Contains(rest[..32], StringComparison.Ordinal)) ?? "" : "";

    private static int Setting(string name, int standard) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : standard;
}
