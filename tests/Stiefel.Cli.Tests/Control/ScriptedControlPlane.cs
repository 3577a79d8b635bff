using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Tests.Control;

/// <summary>A server that gives the same answer to each request, over TLS with the key's certificate.</summary>
internal sealed partial class ScriptedControlPlane : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    private readonly TimeSpan _pause;

    /// <param name="pause">The pause before each answer.</param>
    public ScriptedControlPlane(SharedKey key, string status, string type, string body, TimeSpan pause = default)
    {
        _pause = pause;
        _listener.Start();
        _serving = ServeAsync(key, $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
    }

    public string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>The requests received, with heads and bodies.</summary>
    public List<string> Requests { get; } = [];

    public void Dispose()
    {
        _listener.Stop();
        _serving.Wait(TimeLimit.Seconds(10));
        _listener.Dispose();
    }

    private async Task ServeAsync(SharedKey key, string answer)
    {
        using var certificate = DerivedCertificate.For(key);
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client, SslStreamCertificateContext.Create(certificate, null, offline: true), Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client, SslStreamCertificateContext certificate, byte[] answer)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate });
            var head = new StringBuilder();
            for (int next; !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && (next = tls.ReadByte()) >= 0;)
            {
                head.Append((char)next);
            }

            if (head.Length > 0)
            {
                if (ContentLength().Match(head.ToString()) is { Success: true } length)
                {
                    var body = new byte[int.Parse(length.Groups[1].Value)];
                    await tls.ReadExactlyAsync(body);
                    head.Append(Encoding.UTF8.GetString(body));
                }

                Requests.Add(head.ToString());
                await Task.Delay(_pause);
                await tls.WriteAsync(answer);
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // The client refused the certificate.
        }
    }

    [GeneratedRegex(@"\r\nContent-Length: (\d+)\r\n")]
    private static partial Regex ContentLength();
}
