using System.Text.Json.Nodes;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Places;

namespace Yibao.Gateway.Hospital;

/// <summary>One transaction (交易) of the national interface: reads its nodes, calls the services, writes its nodes.</summary>
public interface ITransaction
{
    /// <summary>交易编号 (infno).</summary>
    string Infno { get; }

    /// <summary>Returns the output by node.</summary>
    /// <exception cref="Yibao.Kernel.Errors.RefusedException">Anything of the catalogue; becomes infcode -1.</exception>
    Task<JsonObject> Run(HospitalCall call, CancellationToken cancellation);
}

/// <summary>A checked call: the institution is who it says it is, and every field is of its table's shape.</summary>
/// <param name="Request">The message.</param>
/// <param name="Institution">定点医药机构编号, proven.</param>
/// <param name="Area">The institution's pooling area: the treatment place.</param>
public sealed record HospitalCall(InterfaceRequest Request, string Institution, AdminDivision Area);
