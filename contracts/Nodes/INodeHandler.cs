namespace Yibao.Contracts.Nodes;

/// <summary>
/// Answers one kind of message from another node: relays it onward or decides it here, as the routing says.
/// By the time it is called the signature, the caller's certificate and the last hop have been checked.
/// </summary>
public interface INodeHandler
{
    /// <param name="message">The message as signed; its path ends with the neighbour that handed it over.</param>
    /// <param name="cancellation">
    /// Not the caller's: a caller that stops waiting does not stop the work. Ends only when the host's drain limit is reached.
    /// </param>
    /// <exception cref="Yibao.Kernel.Errors.RefusedException">Travels back as rich status.</exception>
    Task<Envelope> Answer(Envelope message, CancellationToken cancellation);
}
