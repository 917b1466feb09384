using System.Globalization;

namespace Yibao.Backing.Private;

/// <summary>RabbitMQ from the machine's binaries: own data, own port mapper, everything on loopback, with the management plugin for virtual hosts and users.</summary>
internal sealed class PrivateRabbit : IServerLife
{
    private const string Name = "rabbitmq";
    private readonly InstanceFolder _folder;
    private readonly OwnedProcess _portMapper;
    private readonly OwnedProcess _broker;
    private readonly string _home;
    private readonly string _user;

    private PrivateRabbit(InstanceFolder folder, string home, string user, OwnedProcess portMapper, OwnedProcess broker)
    {
        _folder = folder;
        _home = home;
        _user = user;
        _portMapper = portMapper;
        _broker = broker;
    }

    public string Kind => "private instance";

    public int? ProcessId => _broker.Id;

    public static RabbitServer Create(InstanceFolder folder)
    {
        var server = Binaries.Rabbit() ?? throw new BackingException("RabbitMQ's binaries are missing.");
        var epmd = Binaries.Find("epmd") ?? throw new BackingException("Erlang's port mapper (epmd) is missing.");
        var home = folder.For(Name);
        foreach (var part in new[] { "mnesia", "log", "conf.d" }) Directory.CreateDirectory(Path.Combine(home, part));
        var secret = Secret.In(home);
        var cookie = Path.Combine(home, ".erlang.cookie");
        if (!File.Exists(cookie)) File.Copy(Secret.File(home), cookie);
        File.SetUnixFileMode(cookie, UnixFileMode.UserRead);

        int amqp = LoopbackPorts.Take(), distribution = LoopbackPorts.Take(), mapper = LoopbackPorts.Take(), management = LoopbackPorts.Take();
        File.WriteAllText(Path.Combine(home, "rabbitmq.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            listeners.tcp.1 = 127.0.0.1:{amqp}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {management}
            default_user = platform
            default_pass = {secret}
            default_user_tags.administrator = true
            log.file.level = warning
            log.console = false
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 100MB

            """));
        File.WriteAllText(Path.Combine(home, "rabbitmq-env.conf"), "");
        File.WriteAllText(Path.Combine(home, "enabled_plugins"), "[rabbitmq_management].\n");

        var user = Privileges.UserOr("rabbitmq");
        const string loopback = "-kernel inet_dist_use_interface {127,0,0,1}";
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = home,
            ["LANG"] = "C.UTF-8",
            ["ERL_EPMD_PORT"] = Number(mapper),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = "yibao@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Number(amqp),
            ["RABBITMQ_DIST_PORT"] = Number(distribution),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(home, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(home, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(home, "rabbit.pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(home, "rabbitmq"),
            ["RABBITMQ_CONFIG_FILES"] = Path.Combine(home, "conf.d"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(home, "none.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(home, "rabbitmq-env.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(home, "enabled_plugins"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = loopback,
            ["RABBITMQ_CTL_ERL_ARGS"] = loopback,
        };
        // The port mapper as a child of ours: Erlang would leave its own behind as a daemon.
        var life = new PrivateRabbit(folder, home, user,
            new OwnedProcess(folder, "epmd", user, [epmd, "-port", Number(mapper), "-address", "127.0.0.1"], environment),
            new OwnedProcess(folder, Name, user, [server], environment));
        return new RabbitServer(life,
            new Uri(string.Create(CultureInfo.InvariantCulture, $"amqp://platform:{secret}@127.0.0.1:{amqp}/")),
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://platform:{secret}@127.0.0.1:{management}/")));
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        await Privileges.GiveAsync(_home, _user, cancellation);
        if (!_portMapper.IsRunning) _portMapper.Start();
        _broker.Start();
    }

    public Task StopAsync(CancellationToken cancellation) => _broker.EndAsync(Signals.Terminate, TimeSpan.FromMinutes(1), cancellation);

    public Task KillAsync(CancellationToken cancellation) => _broker.KillAsync(cancellation);

    public string? WhyGone() => _broker.WhyGone();

    public async ValueTask DisposeAsync()
    {
        if (_folder.Keeps) await StopAsync(CancellationToken.None);
        else await KillAsync(CancellationToken.None);
        await _portMapper.KillAsync(CancellationToken.None);
        _broker.Dispose();
        _portMapper.Dispose();
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
