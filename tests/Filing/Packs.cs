using Yibao.Filing.Policy;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Tests;

/// <summary>The shipped packs with one of them replaced or added.</summary>
internal static class Packs
{
    public static FilingPolicies With(params string[] texts)
    {
        var shipped = Shipped();
        foreach (var text in texts)
        {
            var area = text.Split('"')[1];
            var from = text.Split("from: ")[1][..10];
            shipped[$"{area}/filing-{from}.yaml"] = text;
        }

        return FilingPolicies.Load(shipped.Select(file => (file.Key, file.Value)), NodeRegistry.Reference.Latest);
    }

    public static Dictionary<string, string> Shipped()
    {
        var assembly = typeof(FilingPolicies).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith("regions/", StringComparison.Ordinal)).ToDictionary(
            name => name["regions/".Length..],
            name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            },
            StringComparer.Ordinal);
    }
}
