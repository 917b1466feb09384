namespace Yibao.Backing;

/// <summary>Servers named by the environment: how a pipeline hands over its own, and how one <c>./yibao test</c> shares one pair among all test processes.</summary>
public static class Given
{
    /// <summary>An Npgsql connection string of a user who may create databases.</summary>
    public const string PostgresVariable = "YIBAO_POSTGRES";

    /// <summary>amqp://user:password@host:port of an administrator.</summary>
    public const string RabbitVariable = "YIBAO_RABBITMQ";

    /// <summary>http://user:password@host:port of the management plugin.</summary>
    public const string RabbitManageVariable = "YIBAO_RABBITMQ_MANAGE";

    internal static PostgresServer? Postgres() => Read(PostgresVariable) is { } given ? new PostgresServer(new GivenServer(PostgresVariable), given) : null;

    internal static RabbitServer? Rabbit() => Read(RabbitVariable) is { } given
        ? new RabbitServer(new GivenServer(RabbitVariable), Address(RabbitVariable, given), Read(RabbitManageVariable) is { } manage ? Address(RabbitManageVariable, manage) : null)
        : null;

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static Uri Address(string variable, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) ? uri : throw new BackingException($"{variable} is no address.");
}
