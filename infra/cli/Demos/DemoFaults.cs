using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Cli.Demos;

/// <summary>Breaks a node at a step of the protocol, once, when a demo asks for it.</summary>
internal sealed class DemoFaults
{
    private readonly Lock _gate = new();
    private (string Node, string Step, Action Broken)? _armed;

    /// <summary>The next time this node reaches this step it goes no further.</summary>
    public void Arm(string node, string step, Action broken)
    {
        lock (_gate) _armed = (node, step, broken);
    }

    public void Install(ServiceSettings settings, WebApplicationBuilder builder)
    {
        if (settings.Service == "settlement") builder.Services.AddSingleton<IFaultPoint>(new Point(this, settings.Node.Code));
    }

    private void Reached(string node, string step)
    {
        Action broken;
        lock (_gate)
        {
            if (_armed is not { } armed || armed.Node != node || armed.Step != step) return;
            broken = armed.Broken;
            _armed = null;
        }

        broken();
        throw new InvalidOperationException($"The demo broke {node} at {step}.");
    }

    private sealed class Point(DemoFaults owner, string node) : IFaultPoint
    {
        public void Reached(string step) => owner.Reached(node, step);
    }
}
