using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>
/// The client's requests of one session, each with a counter above the one before. Thread-safe; but the server accepts
/// rising counters only, so send one request after the other. A request that got no answer is sealed anew.
/// Make one sealer per session, ever: a second would repeat counters.
/// </summary>
public sealed class RequestSealer : IDisposable
{
    /// <summary>Bytes of a request's body before sealing.</summary>
    public const int MaxBodyBytes = 128 * 1024;

    /// <summary>What sealing adds, in bytes.</summary>
    public const int FrameBytes = RequestFormat.Overhead;

    /// <summary>Bytes of the largest sealed request; read no more than this from a client.</summary>
    public const int MaxSealedBytes = MaxBodyBytes + FrameBytes;

    private readonly Lock _gate = new();
    private readonly SessionId _session;
    private readonly AesEax _eax;
    private readonly byte[] _serverToClient;
    private ulong _counter;
    private bool _disposed;

    /// <param name="session">Stays the caller's; may be disposed of at once.</param>
    public RequestSealer(SessionKeys session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session.SessionId;
        _serverToClient = RequestFormat.Derive(session, KeyPurpose.ServerToClient);
        var clientToServer = RequestFormat.Derive(session, KeyPurpose.ClientToServer);
        _eax = new AesEax(clientToServer);
        CryptographicOperations.ZeroMemory(clientToServer);
    }

    /// <summary>Seals one request.</summary>
    /// <param name="path">The path it is sent to, as `/v1/kernel`.</param>
    /// <param name="body">May be empty.</param>
    /// <param name="answerKey">Opens the envelope that answers; 32 bytes.</param>
    /// <exception cref="ArgumentException">The body is larger than <see cref="MaxBodyBytes"/>.</exception>
    public byte[] Seal(string path, ReadOnlySpan<byte> body, out byte[] answerKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (body.Length > MaxBodyBytes)
        {
            throw new ArgumentException($"request to {path}: {body.Length} bytes, at most {MaxBodyBytes} are allowed", nameof(body));
        }

        var request = new byte[RequestFormat.Overhead + body.Length];
        var header = request.AsSpan(0, RequestFormat.HeaderSize);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            RequestFormat.WriteHeader(header, _session, checked(++_counter));
            _eax.Seal(header, RequestFormat.Associated(path), body, request.AsSpan(RequestFormat.HeaderSize, body.Length), request.AsSpan(^AesEax.TagSize));
            answerKey = RequestFormat.AnswerKey(_serverToClient, request);
        }

        return request;
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _eax.Dispose();
            CryptographicOperations.ZeroMemory(_serverToClient);
        }
    }
}
