using YamlDotNet.RepresentationModel;

namespace Yibao.Deployment.Tests.Kubernetes;

/// <summary>
/// What kustomize makes of a folder, as far as our manifests use it: resources, namespace, images, generated config maps, patches by
/// file. Anything else is refused, so that these tests never check less than what is deployed.
/// </summary>
internal static class Kustomization
{
    public static IReadOnlyList<YamlMappingNode> Build(string folder)
    {
        var kustomization = Documents(Path.Combine(folder, "kustomization.yaml")).ShouldHaveSingleItem();
        var objects = new List<YamlMappingNode>();
        foreach (var (key, value) in kustomization.Children)
        {
            switch (((YamlScalarNode)key).Value)
            {
                case "apiVersion" or "kind" or "namespace" or "images" or "labels" or "patches":
                    break;
                case "resources":
                    foreach (var resource in (YamlSequenceNode)value)
                    {
                        var path = Path.Combine(folder, resource.ToString());
                        objects.AddRange(Directory.Exists(path) ? Build(path) : Documents(path));
                    }

                    break;
                case "configMapGenerator":
                    objects.AddRange(((YamlSequenceNode)value).Cast<YamlMappingNode>().Select(map => ConfigMap(map, folder)));
                    break;
                default:
                    throw new NotSupportedException($"{folder}: these tests do not know kustomize's '{key}'.");
            }
        }

        foreach (var patch in Sequence(kustomization, "patches"))
            foreach (var change in Documents(Path.Combine(folder, Text(patch, "path"))))
                Merge(objects.Single(found => Kind(found) == Kind(change) && Name(found) == Name(change)), change);
        foreach (var image in Sequence(kustomization, "images"))
            foreach (var container in objects.SelectMany(Containers).Where(container => Text(container, "image") == Text(image, "name")))
                container.Children["image"] = new YamlScalarNode($"{Text(image, "newName")}:{Text(image, "newTag")}");
        return objects;
    }

    public static string Kind(YamlMappingNode of) => Text(of, "kind");

    public static string Name(YamlMappingNode of) => Text(Map(of, "metadata"), "name");

    public static string Text(YamlNode of, string key) => of[key].ToString();

    public static YamlMappingNode Map(YamlNode of, string key) => (YamlMappingNode)of[key];

    public static IEnumerable<YamlMappingNode> Sequence(YamlNode? of, string key) =>
        of is YamlMappingNode map && map.Children.TryGetValue(key, out var found) ? ((YamlSequenceNode)found).Cast<YamlMappingNode>() : [];

    /// <summary>The pod of a deployment or a job; null for everything else.</summary>
    public static YamlMappingNode? Pod(YamlMappingNode of) => Kind(of) is "Deployment" or "Job" ? Map(of["spec"], "template") : null;

    public static IEnumerable<YamlMappingNode> Containers(YamlMappingNode of) => Pod(of) is { } pod ? Sequence(pod["spec"], "containers") : [];

    public static string Yaml(YamlMappingNode of)
    {
        using var text = new StringWriter();
        new YamlStream(new YamlDocument(of)).Save(text, assignAnchors: false);
        return text.ToString();
    }

    private static IEnumerable<YamlMappingNode> Documents(string path)
    {
        using var reader = new StreamReader(path);
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()];
    }

    private static YamlMappingNode ConfigMap(YamlMappingNode generator, string folder)
    {
        var data = new YamlMappingNode();
        foreach (var literal in generator.Children.TryGetValue("literals", out var literals) ? (YamlSequenceNode)literals : [])
        {
            var parts = literal.ToString().Split('=', 2);
            data.Add(parts[0], parts[1]);
        }

        foreach (var file in generator.Children.TryGetValue("files", out var files) ? (YamlSequenceNode)files : []) data.Add(file.ToString(), File.ReadAllText(Path.Combine(folder, file.ToString())));
        return new YamlMappingNode { { "apiVersion", "v1" }, { "kind", "ConfigMap" }, { "metadata", new YamlMappingNode { { "name", Text(generator, "name") } } }, { "data", data } };
    }

    /// <summary>Maps are merged, everything else is replaced: true of every list that our patches touch.</summary>
    private static void Merge(YamlMappingNode target, YamlMappingNode change)
    {
        foreach (var (key, value) in change.Children)
        {
            if (value is YamlMappingNode map && target.Children.TryGetValue(key, out var there) && there is YamlMappingNode into) Merge(into, map);
            else target.Children[key] = value;
        }
    }
}
