using System.Net;
using Yibao.Kernel.Places;

namespace Yibao.Gateway.Hospital;

/// <summary>An institution's access to the hospital interface: its key, and the addresses it is registered with (SEC-003).</summary>
/// <param name="AccessKey">AK, <c>_api_access_key</c>.</param>
/// <param name="SecretKey">SK; never logged.</param>
/// <param name="Institution">定点医药机构编号 (fixmedins_code): the only one it acts for.</param>
/// <param name="Area">The pooling area that the institution belongs to.</param>
/// <param name="Networks">Registered private networks; a request from anywhere else is refused.</param>
public sealed record HospitalAccount(string AccessKey, string SecretKey, string Institution, AdminDivision Area, IReadOnlyList<IPNetwork> Networks)
{
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("::1/128"),
    ];

    /// <summary>Registered, and private: a public address is refused even if someone registered it.</summary>
    public bool Allows(IPAddress? address)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Private.Any(network => network.Contains(plain)) && Networks.Any(network => network.Contains(plain));
    }

    public override string ToString() => $"{AccessKey} ({Institution})";
}

/// <summary>Finds the account of an access key; the registry of institutions' accesses stands behind it.</summary>
public interface IHospitalAccounts
{
    HospitalAccount? Find(string accessKey);
}
