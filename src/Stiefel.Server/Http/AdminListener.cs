using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Stiefel.Server.Http;

/// <summary>
/// The control plane's port: TLS for everyone, and also plain HTTP for this machine itself and for a desktop in its tunnel, so that a browser on either has
/// no certificate to warn of. The first byte tells which one the client speaks.
/// </summary>
public static class AdminListener
{
    /// <summary>The type of a TLS record that holds a handshake (RFC 8446 §5.1); no HTTP request begins with it.</summary>
    private const byte TlsHandshake = 22;

    private static readonly TimeSpan s_firstByte = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(10);

    /// <summary>Adds TLS to a listener, and plain HTTP for clients whose bytes nobody else can read.</summary>
    public static void UseTlsOrPlain(this ListenOptions listener, KeyCertificates certificates, IEncryptedWays ways)
    {
        ConnectionDelegate? plain = null;
        listener.Use(tls => async connection =>
        {
            if (await FirstByteAsync(connection) is not { } first)
            {
                return;
            }

            if (first == TlsHandshake)
            {
                await tls(connection);
            }
            else if (connection.RemoteEndPoint is { } remote && (IPAddress.IsLoopback(PeerAddress.Of(remote)) || ways.Carry(remote)))
            {
                await plain!(connection);
            }

            // Other plain HTTP gets no answer, so that a client that sent its token unencrypted does not keep doing so.
        });
        listener.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = s_handshake, OnConnection = context => Authenticate(context, certificates) });
        listener.Use(next =>
        {
            plain = next;
            return next;
        });
    }

    private static ValueTask<SslServerAuthenticationOptions> Authenticate(TlsHandshakeCallbackContext context, KeyCertificates certificates)
    {
        var certificate = certificates.For(context.ClientHelloInfo.ServerName)
            ?? throw new AuthenticationException("all keys are revoked");
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        });
    }

    // Peeks at the first byte without consuming it.
    private static async Task<byte?> FirstByteAsync(ConnectionContext connection)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(s_firstByte);
        try
        {
            var result = await connection.Transport.Input.ReadAsync(patience.Token);
            byte? first = result.Buffer.IsEmpty ? null : result.Buffer.FirstSpan[0];
            connection.Transport.Input.AdvanceTo(result.Buffer.Start);
            return first;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return null;
        }
    }
}
