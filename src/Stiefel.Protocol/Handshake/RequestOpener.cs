using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The server's view of one session's requests: genuine, for this path, and newer than all before. Thread-safe.</summary>
public sealed class RequestOpener : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SessionId _session;
    private readonly AesEax _eax;
    private readonly byte[] _serverToClient;
    private ulong _highest;
    private bool _disposed;

    /// <param name="session">Stays the caller's; may be disposed of at once.</param>
    public RequestOpener(SessionKeys session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session.SessionId;
        _serverToClient = RequestFormat.Derive(session, KeyPurpose.ServerToClient);
        var clientToServer = RequestFormat.Derive(session, KeyPurpose.ClientToServer);
        _eax = new AesEax(clientToServer);
        CryptographicOperations.ZeroMemory(clientToServer);
    }

    /// <summary>Which session a request claims to belong to; nothing is verified yet.</summary>
    public static bool TryReadSessionId(ReadOnlySpan<byte> sealedRequest, out SessionId session)
    {
        var hasShape = RequestFormat.HasShape(sealedRequest);
        session = hasShape ? RequestFormat.Session(sealedRequest) : default;
        return hasShape;
    }

    /// <summary>Opens a request; false, without a reason, for anything but a new and genuine one for this path.</summary>
    /// <param name="path">The path it arrived at.</param>
    /// <param name="sealedRequest">The stranger's bytes, of any length.</param>
    /// <param name="body">At most <see cref="RequestSealer.MaxBodyBytes"/>.</param>
    /// <param name="answerKey">Seals the envelope that answers; 32 bytes.</param>
    public bool TryOpen(string path, ReadOnlySpan<byte> sealedRequest, [NotNullWhen(true)] out byte[]? body, [NotNullWhen(true)] out byte[]? answerKey)
    {
        ArgumentNullException.ThrowIfNull(path);
        body = null;
        answerKey = null;
        if (!RequestFormat.HasShape(sealedRequest) || RequestFormat.Session(sealedRequest) != _session)
        {
            return false;
        }

        var counter = RequestFormat.Counter(sealedRequest);
        // It may be a passphrase: pinned, so that overwriting it misses no copy that the collector left elsewhere.
        var plain = GC.AllocateUninitializedArray<byte>(sealedRequest.Length - RequestFormat.Overhead, pinned: true);
        lock (_gate)
        {
            // The counter is believed, and remembered, only once the tag was right: a forger cannot push it ahead.
            if (_disposed || counter <= _highest || !TryOpen(path, sealedRequest, plain))
            {
                return false;
            }

            _highest = counter;
            answerKey = RequestFormat.AnswerKey(_serverToClient, sealedRequest);
        }

        body = plain;
        return true;
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true; // a request that lost the race with the session's end is refused, not an error
            _eax.Dispose();
            CryptographicOperations.ZeroMemory(_serverToClient);
        }
    }

    private bool TryOpen(string path, ReadOnlySpan<byte> request, Span<byte> plain) => _eax.TryOpen(
        request[..RequestFormat.HeaderSize],
        RequestFormat.Associated(path),
        request[RequestFormat.HeaderSize..^AesEax.TagSize],
        request[^AesEax.TagSize..],
        plain);
}
