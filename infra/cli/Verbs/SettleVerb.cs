using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Yibao.Cli.Demos;
using Yibao.Cli.Shell;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Fields;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;

namespace Yibao.Cli.Verbs;

/// <summary><c>./yibao settle FILE</c>: one message of the national interface (2304 or 2207 with its fee lines), settled across the sample nodes.</summary>
internal sealed class SettleVerb() : Verb("settle", "Settle one message of the national hospital interface (2304, 2207 with fee lines) across the sample nodes")
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    protected override void Define(Command command)
    {
        var file = Argument<FileInfo>(command, "file", "A JSON file in the interface's shape, e.g. infra/samples/a-guiyang-employee-in-wuhan.json");
        Does(command, (parsed, output, cancellation) => Run(parsed.GetValue(file)!, output, cancellation));
    }

    private static async Task<int> Run(FileInfo file, Output output, CancellationToken cancellation)
    {
        var message = Read(file);
        var (platform, stage) = await SamplePlatform.StartAsync(output, TimeSpan.FromSeconds(30), cancellation);
        await using var running = platform;
        using var shown = stage;
        JsonObject answer;
        try
        {
            var his = stage.His(message);
            var prepared = await his.Prepare(message, cancellation);
            var settled = await his.Settle(message, prepared.Quote, cancellation);
            if (settled.State != SettlementState.Granted) throw new FailedException($"{settled.RefusalCode} {settled.RefusalMessage}。{settled.RefusalNextStep}");
            answer = SettlementMapping.Output(message.Infno, settled, message.Input.One("data")!);
        }
        catch (Grpc.Core.RpcException refused)
        {
            throw new FailedException(refused.Status.Detail);
        }

        if (output.IsJson) await Console.Out.WriteLineAsync(answer.ToJsonString(Format));
        else Print(message.Infno, answer, output);
        return 0;
    }

    private static InterfaceRequest Read(FileInfo file)
    {
        if (!file.Exists) throw new WrongInputException($"There is no file {file}.");
        try
        {
            var message = InterfaceRequest.Read(File.ReadAllBytes(file.FullName));
            return message.Infno is "2304" or "2207" ? message : throw new WrongInputException($"交易编号应为 2304 或 2207，不是 {message.Infno}。");
        }
        catch (RefusedException wrong)
        {
            throw new WrongInputException($"{wrong.Error.Code} {wrong.Error.Message}。{wrong.Error.NextStep}");
        }
    }

    private static void Print(string infno, JsonObject answer, Output output)
    {
        var names = FieldTable.Output(infno).ToDictionary(field => (field.Node, field.Code), field => field.Name);
        // Who the person is, the caller knows; the rest of what is empty is not worth a line.
        string[] identity = ["psn_name", "certno"];
        var info = answer["setlinfo"]!.AsObject().Where(field => !identity.Contains(field.Key) && field.Value!.ToJsonString() is not ("\"\"" or "0")).ToList();
        output.Rows("setlinfo", info, "", new("code", field => field.Key), new("名称", field => names[("setlinfo", field.Key)]), new("value", field => field.Value!.ToString(), Right: true));
        output.Rows("setldetail", answer["setldetail"]!.AsArray().Select(row => row!.AsObject()).ToList(), "",
            new("fund_pay_type", row => row["fund_pay_type"]), new("名称", row => row["fund_pay_type_name"]), new("fund_payamt", row => row["fund_payamt"]!.ToJsonString(), Right: true));
    }
}
