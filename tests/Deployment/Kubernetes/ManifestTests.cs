using System.Text.RegularExpressions;
using Yibao.Node;
using k8s;
using k8s.Models;
using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Kernel.Places;
using Yibao.Local;
using YamlDotNet.RepresentationModel;
using static Yibao.Deployment.Tests.Kubernetes.Kustomization;

namespace Yibao.Deployment.Tests.Kubernetes;

/// <summary>
/// The manifests, as far as a machine without a cluster can judge them: every field exists, every name refers to something, every
/// port is one that listens, every variable is one that a service reads.
/// </summary>
public sealed partial class ManifestTests
{
    /// <summary>Made by whoever installs a node, never kept beside the manifests: infra/kubernetes/README.md says what is in each.</summary>
    private static readonly string[] Given =
        ["person-keys", "hospital-accounts", "edges", "signing-certificate", "filing-certificate", "settlement-certificate", "clearing-certificate", "gateway-certificate", "broker-certificate", "broker-ca", "backup-store"];

    /// <summary>Made by the operators.</summary>
    private static readonly string[] MadeByOperators = ["database-app", "database-ca", "platform-user-credentials"];

    private static readonly string Folder = Path.Combine(Repository.Root(), "infra", "kubernetes");

    public static TheoryData<string> Nodes => [.. Directory.EnumerateDirectories(Path.Combine(Folder, "nodes")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Nodes))]
    public void Every_field_is_one_that_kubernetes_knows(string node)
    {
        foreach (var item in Build(Path.Combine(Folder, "nodes", node)).Concat(Build(Path.Combine(Folder, "observability"))))
        {
            var yaml = Yaml(item);
            object _ = Kind(item) switch
            {
                "Deployment" => KubernetesYaml.Deserialize<V1Deployment>(yaml, strict: true),
                "Job" => KubernetesYaml.Deserialize<V1Job>(yaml, strict: true),
                "Service" => KubernetesYaml.Deserialize<V1Service>(yaml, strict: true),
                "ServiceAccount" => KubernetesYaml.Deserialize<V1ServiceAccount>(yaml, strict: true),
                "ConfigMap" => KubernetesYaml.Deserialize<V1ConfigMap>(yaml, strict: true),
                "Namespace" => KubernetesYaml.Deserialize<V1Namespace>(yaml, strict: true),
                "NetworkPolicy" => KubernetesYaml.Deserialize<V1NetworkPolicy>(yaml, strict: true),
                "PodDisruptionBudget" => KubernetesYaml.Deserialize<V1PodDisruptionBudget>(yaml, strict: true),
                "HorizontalPodAutoscaler" => KubernetesYaml.Deserialize<V2HorizontalPodAutoscaler>(yaml, strict: true),
                // The operators' own kinds are not the client's; which ones there are is closed.
                "Cluster" or "ScheduledBackup" when Text(item, "apiVersion") == "postgresql.cnpg.io/v1" => item,
                "RabbitmqCluster" or "Vhost" or "User" or "Permission" when Text(item, "apiVersion") == "rabbitmq.com/v1beta1" => item,
                var kind => throw new NotSupportedException($"Nobody checks {kind}."),
            };
        }
    }

    [Fact]
    public void A_field_that_does_not_exist_is_found()
    {
        var pod = Build(Path.Combine(Folder, "base")).First(item => Kind(item) == "Deployment");
        Map(pod, "spec").Add("replicaz", "2");
        Should.Throw<Exception>(() => KubernetesYaml.Deserialize<V1Deployment>(Yaml(pod), strict: true));
    }

    [Theory, MemberData(nameof(Nodes))]
    public void Every_service_is_deployed_as_its_program_and_reads_every_variable_it_is_given(string node)
    {
        var items = Build(Path.Combine(Folder, "nodes", node));
        Map(items.Single(item => Kind(item) == "ConfigMap" && Name(item) == "node"), "data")["Yibao__Node"].ToString().ShouldBe(node);
        items.Where(item => Kind(item) == "Deployment").Select(Name).Order(StringComparer.Ordinal).ShouldBe(NodeModules.All.Select(module => module.Name).Order(StringComparer.Ordinal));
        foreach (var item in items.Where(item => Pod(item) is not null))
            foreach (var container in Containers(item))
            {
                var module = NodeModules.All.Single(module => module.Name == Text(container, "name"));
                var program = module.GetType().Assembly.GetName().Name!;
                var arguments = ((YamlSequenceNode)container["args"]).Select(argument => argument.ToString()).ToList();
                arguments.ShouldBe(Kind(item) == "Job" ? [$"{program}/{program}.dll", "migrate"] : [$"{program}/{program}.dll"]);

                var (settings, unread) = ReadSettings.Of(Environment(items, container), module.Name);
                unread.ShouldBeEmpty();
                settings.Node.Code.ShouldBe(node);
                // Passwords come from the operators' secrets: nothing of them stands here.
                settings.Database.ShouldContain("Password=<database-app/password>");
                Check(settings, container, items);
            }
    }

    /// <summary>Ports listen as the settings say; peers are services of this node with that port, or another node's published door.</summary>
    private static void Check(ServiceSettings settings, YamlMappingNode container, IReadOnlyList<YamlMappingNode> items)
    {
        if (container.Children.ContainsKey("ports"))
        {
            Port(container, "grpc").ShouldBe(settings.GrpcListen.Split(':')[^1]);
            Port(container, "http").ShouldBe(settings.HttpListen.Split(':')[^1]);
        }

        foreach (var (peer, address) in settings.Peers)
        {
            if (AdminDivision.TryParse(peer, out var neighbour))
            {
                address.Host.ShouldBe($"settlement.{neighbour}.example");
                address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(Text(Sequence(items.Single(item => Kind(item) == "Service" && Name(item) == "settlement-edge")["spec"], "ports").Single(), "port"));
                continue;
            }

            var door = Sequence(items.Single(item => Kind(item) == "Service" && Name(item) == address.Host)["spec"], "ports").Single(port => Text(port, "name") == (peer.EndsWith("/http", StringComparison.Ordinal) ? "http" : "grpc"));
            address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(Text(door, "port"));
            peer.Split('/')[0].ShouldBe(address.Host);
        }

        // Neighbours are those of the registry, and every one of them.
        var map = NodeRegistry.Reference.Latest;
        foreach (var other in settings.Peers.Keys.Where(AdminDivision.IsWellFormed)) (map.ParentNode(new AdminDivision(other)) == settings.Node || map.ParentNode(settings.Node)?.Code == other).ShouldBeTrue($"{other} is no neighbour of {settings.Node}");
    }

    [Theory, MemberData(nameof(Nodes))]
    public void Every_name_refers_to_something(string node)
    {
        var items = Build(Path.Combine(Folder, "nodes", node));
        var maps = items.Where(item => Kind(item) == "ConfigMap").Select(Name).ToHashSet(StringComparer.Ordinal);
        var accounts = items.Where(item => Kind(item) == "ServiceAccount").Select(Name).ToHashSet(StringComparer.Ordinal);
        var secrets = Given.Concat(MadeByOperators).ToHashSet(StringComparer.Ordinal);
        foreach (var item in items.Where(item => Pod(item) is not null))
        {
            var pod = Pod(item)!;
            accounts.ShouldContain(Text(pod["spec"], "serviceAccountName"));
            var volumes = Sequence(pod["spec"], "volumes").Select(volume => Text(volume, "name")).ToHashSet(StringComparer.Ordinal);
            foreach (var container in Containers(item))
            {
                Sequence(container, "volumeMounts").Select(mount => Text(mount, "name")).Order(StringComparer.Ordinal).ShouldBe(volumes.Order(StringComparer.Ordinal), "every volume is mounted and every mount is a volume");
                foreach (var from in Sequence(container, "envFrom")) maps.ShouldContain(Text(from["configMapRef"], "name"));
            }

            foreach (var volume in Named(pod, "configMap")) maps.ShouldContain(Text(volume, "name"));
            foreach (var secret in Named(pod, "secretKeyRef").Concat(Named(pod, "secret"))) secrets.ShouldContain((secret.Children.TryGetValue("secretName", out var named) ? named : secret["name"]).ToString());
            Text(Containers(item).First(), "image").ShouldBe("registry.example/yibao-platform:1.0.0");
        }

        var page = File.ReadAllText(Path.Combine(Folder, "README.md"));
        foreach (var secret in Given) page.ShouldContain($"`{secret}`");
        foreach (var reference in items.SelectMany(item => Named(item, "rabbitmqClusterReference"))) items.ShouldContain(item => Kind(item) == "RabbitmqCluster" && Name(item) == Text(reference, "name"));
        foreach (var reference in items.SelectMany(item => Named(item, "userReference"))) items.ShouldContain(item => Kind(item) == "User" && Name(item) == Text(reference, "name"));
        foreach (var permission in items.Where(item => Kind(item) == "Permission")) items.ShouldContain(item => Kind(item) == "Vhost" && Text(item["spec"], "name") == Text(permission["spec"], "vhost"));
        items.Where(item => Kind(item) == "ScheduledBackup").ShouldAllBe(item => items.Any(cluster => Kind(cluster) == "Cluster" && Name(cluster) == Text(item["spec"]["cluster"], "name")));
    }

    [Theory, MemberData(nameof(Nodes))]
    public void Every_selector_finds_pods_and_every_pod_is_guarded(string node)
    {
        var items = Build(Path.Combine(Folder, "nodes", node));
        // The operators label their own pods so.
        var pods = items.Where(item => Pod(item) is not null).Select(item => Labels(Pod(item)!["metadata"])).Append(new Dictionary<string, string>(StringComparer.Ordinal) { ["cnpg.io/cluster"] = "database" })
            .Append(new Dictionary<string, string>(StringComparer.Ordinal) { ["app.kubernetes.io/name"] = "broker" }).ToList();
        foreach (var item in items.Where(item => Kind(item) == "Service"))
        {
            var selector = Map(item["spec"], "selector").Children.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value.ToString(), StringComparer.Ordinal);
            pods.ShouldContain(labels => selector.All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value), Name(item));
            var behind = items.SingleOrDefault(other => Kind(other) == "Deployment" && Name(other) == selector["app.kubernetes.io/name"]);
            if (behind is not null) foreach (var port in Sequence(item["spec"], "ports")) Port(Containers(behind).Single(), Text(port, "targetPort")).ShouldBe(Text(port, "port"));
        }

        foreach (var service in NodeModules.All.Select(module => module.Name))
        {
            items.ShouldContain(item => Kind(item) == "PodDisruptionBudget" && Text(item["spec"]["selector"]["matchLabels"], "app.kubernetes.io/name") == service);
            var scaling = items.Single(item => Kind(item) == "HorizontalPodAutoscaler" && Text(item["spec"]["scaleTargetRef"], "name") == service);
            int.Parse(Text(scaling["spec"], "minReplicas"), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(1, "one host alone cannot be moved without an outage");
            var pod = Pod(items.Single(item => Kind(item) == "Deployment" && Name(item) == service))!["spec"];
            Text(pod["securityContext"], "runAsNonRoot").ShouldBe("true");
            var container = Sequence(pod, "containers").Single();
            Text(container["securityContext"], "readOnlyRootFilesystem").ShouldBe("true");
            foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" }) Text(container[probe]["httpGet"], "port").ShouldBe("http");
            Text(container["livenessProbe"]["httpGet"], "path").ShouldBe("/health/live");
            Text(container["readinessProbe"]["httpGet"], "path").ShouldBe("/health/ready");
            Map(container, "resources").Children.ShouldContainKey("limits");
        }
    }

    [Theory, MemberData(nameof(Nodes))]
    public void Nothing_is_reachable_that_is_not_named_and_every_example_network_was_replaced(string node)
    {
        var items = Build(Path.Combine(Folder, "nodes", node));
        items.ShouldContain(item => Kind(item) == "NetworkPolicy" && Name(item) == "deny-all" && Map(item["spec"], "podSelector").Children.Count == 0);
        var national = node == AdminDivision.National.Code;
        foreach (var item in items.Where(item => Kind(item) is "NetworkPolicy" or "Service"))
        {
            // Only the nation has children who call its broker.
            if (Kind(item) == "NetworkPolicy" && Name(item) == "broker") Yaml(item).Contains("port: 5671", StringComparison.Ordinal).ShouldBe(national);
            Yaml(item).ShouldNotContain("192.0.2.0", customMessage: $"{Kind(item)} {Name(item)} of {node} still has the network of the base");
            Yaml(item).ShouldNotContain("0.0.0.0/0");
        }
    }

    /// <summary>The rights of children at their parent's broker are those that the platform itself knows.</summary>
    [Fact]
    public void A_child_writes_its_own_exchange_and_reads_its_own_queues()
    {
        var permissions = Build(Path.Combine(Folder, "nodes", "100000")).Where(item => Kind(item) == "Permission" && Text(item["spec"], "vhost") == "edges" && Name(item) != "platform-at-edges").ToList();
        permissions.Count.ShouldBe(2);
        foreach (var permission in permissions)
        {
            var child = new AdminDivision(Digits().Match(Name(permission)).Value);
            var (configure, write, read) = EdgeTopology.RightsOf(child);
            var rights = permission["spec"]["permissions"];
            (Text(rights, "configure"), Text(rights, "write"), Text(rights, "read")).ShouldBe((configure, write, read));
            Text(permission["spec"]["userReference"], "name").ShouldBe($"n{child}");
        }
    }

    /// <summary>As the kubelet puts it together; secrets stand as their names.</summary>
    private static Dictionary<string, string> Environment(IReadOnlyList<YamlMappingNode> items, YamlMappingNode container)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var from in Sequence(container, "envFrom"))
            foreach (var (key, value) in Map(items.Single(item => Kind(item) == "ConfigMap" && Name(item) == Text(from["configMapRef"], "name")), "data").Children)
                environment[key.ToString()] = value.ToString();
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in Sequence(container, "env"))
        {
            var name = Text(variable, "name");
            if (variable.Children.TryGetValue("valueFrom", out var from)) parts[name] = $"<{Text(from["secretKeyRef"], "name")}/{Text(from["secretKeyRef"], "key")}>";
            else environment[name] = Reference().Replace(Text(variable, "value"), match => parts[match.Groups[1].Value]).Replace("amqp://<platform-user-credentials/username>:<platform-user-credentials/password>@", "amqp://u:p@", StringComparison.Ordinal);
        }

        return environment;
    }

    private static IEnumerable<YamlMappingNode> Named(YamlNode node, string key) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(entry => (entry.Key.ToString() == key && entry.Value is YamlMappingNode found ? [found] : Enumerable.Empty<YamlMappingNode>()).Concat(Named(entry.Value, key))),
        YamlSequenceNode sequence => sequence.SelectMany(entry => Named(entry, key)),
        _ => [],
    };

    private static Dictionary<string, string> Labels(YamlNode metadata) => Map(metadata, "labels").Children.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value.ToString(), StringComparer.Ordinal);

    private static string Port(YamlMappingNode container, string name) => Text(Sequence(container, "ports").Single(port => Text(port, "name") == name), "containerPort");

    [GeneratedRegex(@"\$\((\w+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\d{6}", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
