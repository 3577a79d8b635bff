using System.Collections.Concurrent;
using System.Net.Security;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Http;

/// <summary>The certificates of the accepted keys (docs/protocol.md#certificate-and-token), found by the name that the client asks for. Thread-safe.</summary>
public sealed class KeyCertificates(KeyRing keys)
{
    private readonly ConcurrentDictionary<string, SslStreamCertificateContext> _made = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The certificate of the key with that name, or of the first key if there is none; null if no key is accepted.</summary>
    public SslStreamCertificateContext? For(string serverName)
    {
        foreach (var gone in _made.Keys.Where(id => !keys.Accepts(id)))
        {
            _made.TryRemove(gone, out _);
        }

        var accepted = keys.Accepted;
        var wanted = accepted.FirstOrDefault(a => string.Equals(a.Id, serverName, StringComparison.OrdinalIgnoreCase)) ?? (accepted.Count > 0 ? accepted[0] : null);
        return wanted is null
            ? null
            : _made.GetOrAdd(wanted.Id, _ => SslStreamCertificateContext.Create(DerivedCertificate.For(wanted.Key), additionalCertificates: null, offline: true));
    }
}
