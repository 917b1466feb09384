using System.Reflection;
using Yibao.Hosting;

namespace Yibao.Local;

/// <summary>Every service there is: each project that the launcher references and that holds a module. Nothing is registered by hand.</summary>
public static class LocalModules
{
    private static readonly Lazy<IReadOnlyList<IServiceModule>> Found = new(() => [.. Directory.GetFiles(AppContext.BaseDirectory, "Yibao.*.dll")
        .Where(file => !Path.GetFileName(file).Contains(".Tests.", StringComparison.Ordinal))
        .Select(file => Assembly.Load(Path.GetFileNameWithoutExtension(file)))
        .SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => type is { IsAbstract: false, IsInterface: false } && typeof(IServiceModule).IsAssignableFrom(type) && type.GetConstructor([]) is not null)
        .Select(type => (IServiceModule)Activator.CreateInstance(type)!)
        .OrderBy(module => module.Name, StringComparer.Ordinal)]);

    public static IReadOnlyList<IServiceModule> All => Found.Value;
}
