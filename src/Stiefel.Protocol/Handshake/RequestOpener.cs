using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>Opens the requests of one session on the server: only genuine ones for the right path, each newer than all before. Thread-safe.</summary>
public sealed class RequestOpener : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SessionId _session;
    private readonly AesEax _eax;
    private readonly byte[] _serverToClient;
    private ulong _highest;
    private bool _disposed;

    /// <param name="session">The session's keys; the caller keeps them and may dispose of them at once.</param>
    public RequestOpener(SessionKeys session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session.SessionId;
        _serverToClient = RequestFormat.Derive(session, KeyPurpose.ServerToClient);
        var clientToServer = RequestFormat.Derive(session, KeyPurpose.ClientToServer);
        _eax = new AesEax(clientToServer);
        CryptographicOperations.ZeroMemory(clientToServer);
    }

    /// <summary>Reads the session that a request claims to belong to; nothing is verified yet.</summary>
    public static bool TryReadSessionId(ReadOnlySpan<byte> sealedRequest, out SessionId session)
    {
        var hasShape = RequestFormat.HasShape(sealedRequest);
        session = hasShape ? RequestFormat.Session(sealedRequest) : default;
        return hasShape;
    }

    /// <summary>Opens a request; false, without a reason, unless it is genuine, new and for this path.</summary>
    /// <param name="path">The path at which the request arrived.</param>
    /// <param name="sealedRequest">The stranger's bytes, of any length.</param>
    /// <param name="body">The request's body, at most <see cref="RequestSealer.MaxBodyBytes"/> bytes.</param>
    /// <param name="answerKey">The key of the envelope to answer with, 32 bytes.</param>
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
        // The body may be a passphrase. It is pinned, so that the garbage collector leaves no copy that overwriting would miss.
        var plain = GC.AllocateUninitializedArray<byte>(sealedRequest.Length - RequestFormat.Overhead, pinned: true);
        lock (_gate)
        {
            // Trust and record the counter only after the tag was verified, so that a forger cannot advance it.
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

    /// <summary>Overwrites the keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true; // a request that arrives while the session ends is refused, without an exception
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
