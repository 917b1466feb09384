using System.Security.Cryptography;
using System.Text;
using Yibao.Contracts.Settlements;

namespace Yibao.HospitalInterface.Mapping;

/// <summary>就诊ID (mdtrt_id), issued from the institution's own number of the visit (ipt_otp_no, ipt_no): the same number is the same visit.</summary>
public static class VisitNumber
{
    private const int MostCharacters = 30;

    /// <summary>The institution's number itself where it is fit for an id, else a digest of it.</summary>
    public static string Of(string ownNumber)
    {
        ArgumentNullException.ThrowIfNull(ownNumber);
        return ownNumber.Length <= MostCharacters && SettlementId.IsWellFormed(ownNumber)
            ? ownNumber
            : "V" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ownNumber)))[..28];
    }
}
