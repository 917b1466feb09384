using System.Collections.Frozen;
using System.Net;
using Microsoft.Extensions.Configuration;
using Yibao.Kernel.Places;

namespace Yibao.Gateway.Hospital;

/// <summary>Accounts from the configuration section <c>Yibao:Hospital:Accounts:{access key}</c>: SecretKey, Institution, Area, Networks.</summary>
internal sealed class ConfiguredAccounts : IHospitalAccounts
{
    private readonly FrozenDictionary<string, HospitalAccount> _accounts;

    /// <exception cref="InvalidOperationException">An account is incomplete or malformed; names the account, never its secret.</exception>
    public ConfiguredAccounts(IConfiguration configuration) =>
        _accounts = configuration.GetSection("Yibao:Hospital:Accounts").GetChildren().Select(Read).ToFrozenDictionary(account => account.AccessKey, StringComparer.Ordinal);

    public HospitalAccount? Find(string accessKey) => _accounts.GetValueOrDefault(accessKey);

    private static HospitalAccount Read(IConfigurationSection section)
    {
        string Required(string key) => section[key] is { Length: > 0 } value ? value : throw new InvalidOperationException($"Hospital account {section.Key}: {key} is missing.");
        if (!AdminDivision.TryParse(Required("Area"), out var area)) throw new InvalidOperationException($"Hospital account {section.Key}: Area is not six digits.");
        var networks = section.GetSection("Networks").GetChildren().Select(network =>
            IPNetwork.TryParse(network.Value, out var parsed) ? parsed : throw new InvalidOperationException($"Hospital account {section.Key}: {network.Path} is not a network.")).ToList();
        return new HospitalAccount(section.Key, Required("SecretKey"), Required("Institution"), area, networks);
    }
}
