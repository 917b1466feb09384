using System.Text.Json.Nodes;
using Yibao.Gateway.Hospital.Messages;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Places;

namespace Yibao.Gateway.Hospital;

/// <summary>One transaction (交易) of the national interface: reads its nodes, calls the services, writes its nodes. Carried out twice it has one effect.</summary>
public interface ITransaction
{
    /// <summary>交易编号 (infno).</summary>
    string Infno { get; }

    /// <summary>Returns the output by node, without anything that says who the person is: that is the HIS's own and is put back at the door.</summary>
    /// <exception cref="Yibao.Kernel.Errors.RefusedException">Anything of the catalogue; becomes infcode -1.</exception>
    Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation);
}

/// <summary>A checked call: the institution is who it says it is, and every field is of its table's shape.</summary>
/// <param name="Request">The message.</param>
/// <param name="Institution">定点医药机构编号, proven.</param>
/// <param name="Area">The institution's pooling area: the treatment place.</param>
/// <param name="Reference">接收方报文ID of the answer: the same for every repeat of the message.</param>
/// <param name="ReceivedAt">When the message came the first time.</param>
public sealed record HospitalCall(InterfaceRequest Request, string Institution, AdminDivision Area, string Reference, DateTimeOffset ReceivedAt)
{
    /// <summary>参保地: as the envelope says, else the treatment place itself.</summary>
    public string HomeArea => Request.HomeArea.Length > 0 ? Request.HomeArea : Area.Code;
}

/// <summary>What a transaction answers.</summary>
/// <param name="Output">交易输出.</param>
public sealed record TransactionOutput(JsonObject Output)
{
    /// <summary>就诊ID or 结算ID that it made, for a reversal by msgid.</summary>
    public string? Subject { get; init; }

    /// <summary>Answered as it is, in place of a message (9102).</summary>
    public KeptFile? File { get; init; }

    public static TransactionOutput Nothing => new([]);
}
