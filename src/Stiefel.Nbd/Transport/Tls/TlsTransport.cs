using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transport.Tls;

/// <summary>TLS over another transport, which it owns.</summary>
internal sealed class TlsTransport : NbdTransport
{
    // Time allowed for the closing TLS message, which the client need not read.
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly NbdTransport _transport;
    private readonly TransportStream _stream;
    private readonly SslStream _tls;
    private TimeSpan _timeout;
    private bool _isBroken;

    private TlsTransport(NbdTransport transport)
    {
        _transport = transport;
        _stream = new TransportStream(transport);
        _tls = new SslStream(_stream, leaveInnerStreamOpen: true);
    }

    public override TimeSpan Timeout
    {
        set => _timeout = value;
    }

    public override bool HasUnread => _transport.HasUnread;

    /// <summary>
    /// Performs the server's side of the TLS handshake. Throws <see cref="NbdProtocolException"/> if it fails and
    /// <see cref="TimeoutException"/> if it takes longer than allowed; the transport cannot be used afterwards.
    /// </summary>
    public static TlsTransport Accept(NbdTransport transport, NbdTls tls, TimeSpan allowed)
    {
        var accepted = new TlsTransport(transport) { _timeout = allowed };
        try
        {
            accepted._stream.Begin(allowed);
            accepted._tls.AuthenticateAsServerAsync(
                (_, hello, _, _) => ValueTask.FromResult(tls.OptionsFor(hello.ServerName)), null, CancellationToken.None).GetAwaiter().GetResult();
            return accepted;
        }
        catch (Exception e)
        {
            accepted._tls.Dispose();
            throw e switch
            {
                TimeoutException or SocketException => e,
                IOException broken => Meaning(broken),

                // Input that is not TLS at all makes the platform throw many kinds of exceptions.
                _ => new NbdProtocolException($"the TLS handshake failed: {(e.InnerException ?? e).Message}"),
            };
        }
    }

    public override int Receive(Span<byte> buffer)
    {
        _stream.Begin(_timeout);
        try
        {
            return _tls.Read(buffer);
        }
        catch (IOException e)
        {
            throw Meaning(e);
        }
    }

    public override void Send(ReadOnlySpan<byte> data)
    {
        _stream.Begin(_timeout);
        try
        {
            _tls.Write(data);
        }
        catch (IOException e)
        {
            _isBroken = true; // half a record may have been sent
            throw Meaning(e);
        }
    }

    public override void Interrupt() => _transport.Interrupt();

    // Shut down TLS first, then TCP (proto.md#terminating-the-transmission-phase).
    protected override void Dispose(bool disposing)
    {
        try
        {
            if (!_isBroken)
            {
                _stream.Begin(s_goodbye);
                _tls.ShutdownAsync().GetAwaiter().GetResult();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or InvalidOperationException)
        {
            // The client has gone already.
        }

        _tls.Dispose();
        _transport.Dispose();
    }

    // Unwraps the exceptions of the transport, which TLS wraps. Any other means that the client broke TLS.
    private static NbdProtocolException Meaning(IOException e)
    {
        var cause = e.InnerException ?? e;
        if (cause is TimeoutException or SocketException or NbdProtocolException)
        {
            ExceptionDispatchInfo.Throw(cause);
        }

        return new NbdProtocolException($"the client broke TLS: {cause.Message}");
    }
}
