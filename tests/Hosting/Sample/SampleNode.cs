using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Nodes;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Sample;

/// <summary>A module that relays or answers one kind of message, so that the wiring can be tested without the protocol.</summary>
internal sealed class SampleNode(AdminDivision? onward = null) : IServiceModule
{
    public const string Kind = "sample.ping.v1";

    public string Name => "settlement";

    /// <summary>What the answering node does with a message; by default it echoes.</summary>
    public Func<Envelope, Task<string>> Answering { get; init; } = message => Task.FromResult(Encoding.UTF8.GetString(message.Payload.Span));

    private AdminDivision? Onward => onward;

    public void Configure(ServiceBuilder service)
    {
        service.Services.AddSingleton(this);
        service.Answers<Handler>(Kind);
    }

    private sealed class Handler(SampleNode sample, INodeLink link, IEnvelopeSigner signer, TimeProvider time) : INodeHandler
    {
        public async Task<Envelope> Answer(Envelope message, CancellationToken cancellation)
        {
            if (sample.Onward is { } next) return await link.Send(next, message, cancellation);
            var answer = await sample.Answering(message);
            return signer.Sign(message.From, $"{message.Id}.answer", time.GetUtcNow(), Kind, Encoding.UTF8.GetBytes(answer));
        }
    }
}
