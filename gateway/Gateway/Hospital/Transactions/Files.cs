using System.Text.Json.Nodes;
using Yibao.Gateway.Hospital.Messages;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>文件上传 (9101): kept for its institution until the download's end.</summary>
internal sealed class FileUpload(KeptFiles files) : ITransaction
{
    public string Infno => "9101";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var node = call.Node("fsUploadIn");
        if (VisitMapping.Need(node, "fixmedins_code", "医药机构编号") != call.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        var name = FileName(VisitMapping.Need(node, "filename", "文件名"));
        var file = new KeptFile(call.Reference, name, Content(node), call.ReceivedAt + KeptFiles.KeptFor);
        await files.Keep(call.Institution, file);
        return Calls.Answer("data", new OutputNode(Infno, "data")
            .Set("file_qury_no", file.Number)
            .Set("filename", name)
            .Set("fixmedins_code", call.Institution)
            .Set("dld_endtime", file.ExpiresAt)
            .Build());
    }

    /// <summary>Base64 text, or the list of bytes that Java writes a byte[] as.</summary>
    private static byte[] Content(InputNode node)
    {
        try
        {
            return node.Raw("in") switch
            {
                JsonArray bytes => [.. bytes.Select(value => unchecked((byte)value!.GetValue<int>()))],
                JsonValue when node.Text("in") is { } text => Convert.FromBase64String(text),
                _ => throw SystemErrors.FieldMissing.With("文件数据（in）").AsException(),
            };
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or NullReferenceException or OverflowException)
        {
            throw SystemErrors.FieldInvalid.With("文件数据（in）", "应为 Base64 或字节数组").AsException();
        }
    }

    private static string FileName(string name) => Path.GetFileName(name) == name && !name.Any(char.IsControl) ? name : throw SystemErrors.FieldInvalid.With("文件名（filename）", "不含路径和控制字符").AsException();
}

/// <summary>文件下载 (9102): the file itself as the answer.</summary>
internal sealed class FileDownload(KeptFiles files, TimeProvider time) : ITransaction
{
    public const string Number = "9102";

    public string Infno => Number;

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var node = call.Node("fsDownloadIn");
        var number = VisitMapping.Need(node, "file_qury_no", "文件查询号");
        var file = await files.Find(call.Institution, number, time.GetUtcNow()) ?? throw InterfaceErrors.FileUnknown.With(number).AsException();
        return TransactionOutput.Nothing with { File = file };
    }
}

/// <summary>医疗保障基金结算清单信息上传 (4101): stored for audit and supervision beside the settlement it belongs to, without the person's particulars.</summary>
internal sealed class SettlementListUpload(NodeServices services, KeptFiles files) : ITransaction
{
    public string Infno => "4101";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var info = call.Node("setlinfo");
        var (settlement, _) = await Results.Of(services, call, info, cancellation);
        var content = PersonEcho.Without(call.Request.Input.Json)!.ToJsonString();
        await files.KeepList(call.Institution, call.Reference, settlement.NationalId, content, call.ReceivedAt);
        return new TransactionOutput(new JsonObject { ["setl_list_id"] = call.Reference });
    }
}

/// <summary>清分 with institutions (3260–3262): opened with the clearing of this platform.</summary>
internal abstract class NotOpenYet(string infno) : ITransaction
{
    public string Infno => infno;

    public Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation) =>
        throw InterfaceErrors.NotOpenYet.With(Infno, "异地清分由经办机构按月申报办理").AsException();
}

internal sealed class SplitQuery() : NotOpenYet("3260");

internal sealed class SplitConfirmation() : NotOpenYet("3261");

internal sealed class SplitConfirmationUndone() : NotOpenYet("3262");
