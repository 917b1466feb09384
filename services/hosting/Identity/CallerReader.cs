using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Identity;

/// <summary>Finds out who calls: by the certificate of the connection, and for people and institutions by their token.</summary>
internal sealed class CallerReader(ServiceSettings settings, NodeTrust? trust, TokenReader tokens, IRegions regions)
{
    private static readonly IReadOnlySet<Role> Service = new HashSet<Role> { Role.System };
    private static readonly IReadOnlySet<Role> OtherNode = new HashSet<Role> { Role.Node };

    // Checked once per connection, whose certificate it is: building a chain costs more than the rest of a call. Many calls of one connection come at once.
    private readonly ConditionalWeakTable<X509Certificate2, Peered> _peers = [];

    /// <summary>Null when nothing was shown.</summary>
    /// <exception cref="Yibao.Kernel.Errors.RefusedException"><c>UNAUTHENTICATED</c>: something was shown that is not valid.</exception>
    public async ValueTask<Caller?> Read(HttpContext http)
    {
        var peer = Peer(http);
        // Another node's certificate speaks for that node and for nobody else, whatever token comes with it.
        if (peer is not null && peer.Node != settings.Node) return new Caller(peer.ToString(), OtherNode, peer.Node);
        if (http.Request.Headers.Authorization is [{ } authorization]) return OfThisTree(await tokens.Read(authorization, http.RequestAborted));
        if (peer is null) return null;
        var forwarded = http.Request.Headers.TryGetValue(CallHeaders.Actor, out var actor) ? CallHeaders.ReadActor(actor.ToString()) : null;
        // What passes through the public door comes with the gateway's certificate: that speaks for nobody but the actor it names.
        if (forwarded is null && peer.Service == CertificateIdentity.Gateway) return null;
        return new Caller(peer.ToString(), Service, peer.Node) { Forwarded = forwarded };
    }

    // One provider may serve a whole country: a token is good at its holder's own node and on the line above and below it.
    private Caller OfThisTree(Caller caller)
    {
        var below = regions.IsWithin(caller.Node, settings.Node);
        var above = caller.Institution is null && regions.IsWithin(settings.Node, caller.Node);
        return below || above ? OfItsTier(caller) : throw SecurityErrors.OutOfRegion.With(settings.Node.Code).AsException();
    }

    /// <summary>
    /// 分级负责 (OPS-012, 004 Art.4): the nation's duties are done by the national agency's people and a province's by the province's or the
    /// nation's, whatever a token says; with no role left every operation is forbidden.
    /// </summary>
    private Caller OfItsTier(Caller caller)
    {
        var tier = regions.TierOf(caller.Node);
        bool Fits(Role role) => role switch
        {
            Role.NationalOperator => tier == Tier.Nation,
            Role.ProvinceOperator => tier is Tier.Nation or Tier.Province,
            _ => true,
        };
        return caller.Roles.All(Fits) ? caller : caller with { Roles = caller.Roles.Where(Fits).ToHashSet() };
    }

    private CertificateIdentity? Peer(HttpContext http)
    {
        if (settings.LoopbackPlain) return Told(http);
        if (trust is null || http.Connection.ClientCertificate is not { } certificate) return null;
        return _peers.GetValue(certificate, shown => new Peered(trust.Peer(shown))).Identity;
    }

    private sealed record Peered(CertificateIdentity? Identity);

    private static CertificateIdentity? Told(HttpContext http) =>
        http.Request.Headers.TryGetValue(CallHeaders.PlainPeer, out var told) && told.ToString().Split('/') is [var code, { Length: > 0 } service] && AdminDivision.TryParse(code, out var node)
            ? new CertificateIdentity(node, service)
            : null;
}
