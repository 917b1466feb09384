namespace Yibao.Cli.Demos;

/// <summary>One thing the platform does, shown on real input. A demo is one file in <c>Demos/</c>, found by itself; it checks what it shows.</summary>
internal abstract class Demo(string name, string title)
{
    /// <summary>What <c>./yibao demo NAME</c> calls it.</summary>
    public string Name { get; } = name;

    public string Title { get; } = title;

    /// <summary>The main job is shown when no name is given.</summary>
    public virtual bool Main => false;

    public abstract Task Run(DemoStage stage, CancellationToken cancellation);

    public static IReadOnlyList<Demo> All { get; } = [.. typeof(Demo).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Demo)) && !type.IsAbstract)
        .Select(type => (Demo)Activator.CreateInstance(type)!)
        .OrderByDescending(demo => demo.Main).ThenBy(demo => demo.Name, StringComparer.Ordinal)];
}
