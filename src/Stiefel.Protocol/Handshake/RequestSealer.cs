using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>
/// Seals the client's requests of one session, each with a higher counter than the one before. Thread-safe; but the server accepts
/// only rising counters, so send one request after the other. Seal a request again if it got no answer. Make only one sealer per
/// session, because a second one would repeat counters.
/// </summary>
public sealed class RequestSealer : IDisposable
{
    /// <summary>Largest size of a request's body before sealing, in bytes.</summary>
    public const int MaxBodyBytes = 128 * 1024;

    /// <summary>Number of bytes that sealing adds.</summary>
    public const int FrameBytes = RequestFormat.Overhead;

    /// <summary>Largest size of a sealed request in bytes; read no more than this from a client.</summary>
    public const int MaxSealedBytes = MaxBodyBytes + FrameBytes;

    private readonly Lock _gate = new();
    private readonly SessionId _session;
    private readonly AesEax _eax;
    private readonly byte[] _serverToClient;
    private ulong _counter;
    private bool _disposed;

    /// <param name="session">The session's keys; the caller keeps them and may dispose of them at once.</param>
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
    /// <param name="path">The path that the request is sent to, for example `/v1/kernel`.</param>
    /// <param name="body">The request's body; may be empty.</param>
    /// <param name="answerKey">The key of the envelope that answers, 32 bytes.</param>
    /// <exception cref="ArgumentException">The body is larger than <see cref="MaxBodyBytes"/>.</exception>
    public byte[] Seal(string path, ReadOnlySpan<byte> body, out byte[] answerKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (body.Length > MaxBodyBytes)
        {
            throw new ArgumentException($"the request to {path} has {body.Length} bytes; at most {MaxBodyBytes} are allowed", nameof(body));
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

    /// <summary>Overwrites the keys.</summary>
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
