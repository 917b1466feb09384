using Yibao.Kernel.Deciding;

namespace Yibao.Hosting;

/// <summary>Where a fact stands and who brought it about.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Version">1 for the first fact of the stream.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Correlation">The business transaction it belongs to.</param>
/// <param name="At">When it was stored, UTC, by the service's clock.</param>
public sealed record FactContext(string Stream, long Version, Actor Actor, string Correlation, DateTimeOffset At);

/// <summary>A fact as it is stored.</summary>
/// <param name="Id">Unique; message ids derive from it.</param>
/// <param name="Sequence">The order in which the whole service stored its facts.</param>
/// <param name="Fact">What happened.</param>
/// <param name="Context">Where it stands and who brought it about.</param>
public sealed record Stored<TFact>(Guid Id, long Sequence, TFact Fact, FactContext Context) where TFact : IFact
{
    public string Stream => Context.Stream;

    public Actor Actor => Context.Actor;

    public string Correlation => Context.Correlation;
}

/// <summary>One parameterised statement: <c>$1</c>, <c>$2</c> … stand for the arguments.</summary>
/// <remarks>Names of tables need no schema: every connection looks in its service's own.</remarks>
public sealed record RowCommand(string Sql, params IReadOnlyList<object?> Arguments)
{
    /// <summary>
    /// The key of the row that is put, changed or deleted. With it the statement is written for many rows — every parameter is an array:
    /// <c>from unnest($1::text[], $2::date[])</c> — and one transaction sends it once for all of its rows, however many commands they come from.
    /// </summary>
    public string? Row { get; init; }
}

/// <summary>Reads what is stored, without deciding anything.</summary>
public interface IHistory
{
    /// <summary>Every fact of a stream in order; empty when there is none.</summary>
    Task<IReadOnlyList<Stored<IFact>>> Of(string stream, CancellationToken cancellation = default);

    /// <summary>Facts of the whole service in the order they were stored, after a sequence number.</summary>
    /// <param name="after">0 from the beginning.</param>
    /// <param name="limit">At most so many, 1–10000.</param>
    /// <param name="cancellation">Stops reading.</param>
    Task<IReadOnlyList<Stored<IFact>>> After(long after, int limit, CancellationToken cancellation = default);
}

/// <summary>Queries the service's own tables (and nothing else's).</summary>
public interface IRows
{
    /// <summary>Every row of a query, <c>$1</c>… for the arguments.</summary>
    Task<IReadOnlyList<T>> Query<T>(string sql, Func<Npgsql.NpgsqlDataReader, T> map, params object?[] arguments);

    /// <summary>One statement outside any decision (a read model, a lease); answers the number of rows.</summary>
    Task<int> Execute(string sql, params object?[] arguments);
}
