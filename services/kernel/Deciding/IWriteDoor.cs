namespace Yibao.Kernel.Deciding;

/// <summary>The one door through which anything is written. Reads the named streams, decides, stores: one transaction.</summary>
/// <remarks>
/// The decision may run more than once (a lost race, a connection lost during COMMIT), so it must be pure and must
/// recognise its own earlier effect as <see cref="Decision.Repeat"/>.
/// </remarks>
public interface IWriteDoor
{
    Task<Executed> Execute(Command command, CancellationToken cancellation = default);

    /// <summary>The state of one stream as it is now.</summary>
    Task<TState> Read<TState>(StreamKey<TState> stream, CancellationToken cancellation = default) where TState : class, IState<TState>;
}

/// <summary>A decision together with the streams it needs and who wants it.</summary>
/// <param name="Actor">Who acts; stored with every fact.</param>
/// <param name="Correlation">Follows the business transaction through every node; stored with every fact.</param>
/// <param name="Streams">Every stream the decision reads or appends to.</param>
/// <param name="Decide">Pure; see <see cref="IWriteDoor"/>.</param>
public sealed record Command(Actor Actor, string Correlation, IReadOnlyList<StreamKey> Streams, Func<StreamStates, Decision> Decide)
{
    /// <summary>The id of the message that is being handled: the same message is carried out at most once per handler.</summary>
    public HandledMessage? Handles { get; init; }

    /// <summary>For a handler of many messages in one command: all of them are stored as seen. If only some were seen before, the
    /// command fails with <see cref="PartlyHandledException"/> and is to be made again from the others.</summary>
    public IReadOnlyList<HandledMessage> HandlesAll { get; init; } = [];

    /// <summary>
    /// Those of <see cref="Streams"/> that most likely do not exist yet: the door may decide without looking for them. What is stored is checked all the same;
    /// a guess that was wrong costs a second try.
    /// </summary>
    public IReadOnlyList<StreamKey> LikelyNew { get; init; } = [];

    /// <summary>Every message this command handles.</summary>
    public IEnumerable<HandledMessage> Handled => Handles is { } one ? HandlesAll.Prepend(one) : HandlesAll;
}

/// <summary>A message seen by one handler.</summary>
public sealed record HandledMessage(Guid MessageId, string Handler);

/// <summary>Some of the messages of a command were carried out before, others not.</summary>
public sealed class PartlyHandledException() : Exception("Some of these messages were carried out before: make the command from the others.");

/// <summary>What came of a command.</summary>
/// <param name="Decision">The decider's answer.</param>
/// <param name="States">The states after it: the same for <c>Accepted</c> and <c>Repeat</c>, so the shell answers both alike.</param>
public sealed record Executed(Decision Decision, StreamStates States)
{
    public TState State<TState>(StreamKey<TState> stream) where TState : class, IState<TState> => States.Of(stream);

    /// <exception cref="Errors.RefusedException">The decision was a refusal.</exception>
    public Executed OrThrow() => Decision is Decision.Refused refused ? throw new Errors.RefusedException(refused.Error) : this;
}
