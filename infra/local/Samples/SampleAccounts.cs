namespace Yibao.Local.Samples;

/// <summary>Accounts of the sample institutions at the national hospital interface: for a platform on the loopback of one machine, where everyone may know them.</summary>
public static class SampleAccounts
{
    /// <summary>访问账号 (_api_access_key) of an institution.</summary>
    public static string AccessKey(string institution) => $"AK-{institution}";

    /// <summary>Its secret: known to everyone, hence for the loopback only.</summary>
    public static string SecretKey(string institution) => $"SK-sample-{institution}";

    /// <summary>Settings for every host, as <see cref="LocalOptions.Settings"/> takes them.</summary>
    public static IReadOnlyDictionary<string, string?> Settings(string samples)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var institution in SampleData.Rows(samples, "institutions.csv"))
        {
            var code = institution["fixmedins_code"];
            var key = $"Yibao:Hospital:Accounts:{AccessKey(code)}";
            settings[$"{key}:SecretKey"] = SecretKey(code);
            settings[$"{key}:Institution"] = code;
            settings[$"{key}:Area"] = institution["admdvs"];
            settings[$"{key}:Networks:0"] = "127.0.0.0/8";
        }

        return settings;
    }
}
