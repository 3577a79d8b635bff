using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tests.Return;

namespace Stiefel.Server.Tests.Admin;

/// <summary>Sends every request of http/, one after the other, to one server.</summary>
public sealed class HttpFileTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task EveryRequest_InOrder_IsAnsweredAsItSays()
    {
        using var blue = _files.AddKey("blue-stick");
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, "--Power:Beep", "true");
        using var http = TrustingOnly(laptop.Server);
        var variables = new Dictionary<string, string>
        {
            ["boot"] = laptop.Server.Boot.ToString().TrimEnd('/'), ["admin"] = laptop.Server.Admin.ToString().TrimEnd('/'),
            ["laptop"] = $"https://stiefel:{laptop.Server.Admin.Port}", ["token"] = AdminToken.For(_files.Key),
        };
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "http"), "*.http").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(9, files.Count);
        var sent = 0;
        foreach (var (title, request, expected) in files.SelectMany(file => HttpFile.Read(file, variables)))
        {
            using (request)
            using (var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token))
            {
                Assert.True(expected == (int)answer.StatusCode, $"{title}: {answer.StatusCode}");
                sent++;
            }
        }

        Assert.True(sent > 25, $"only {sent} requests were found");
    }

    /// <summary>A client that also reaches the server under the name stiefel, and accepts the key's certificate only.</summary>
    private HttpClient TrustingOnly(RunningServer server)
    {
        using var certificate = DerivedCertificate.For(_files.Key);
        var pinned = certificate.GetCertHash();
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHash().AsSpan().SequenceEqual(pinned);
        return new HttpClient(handler);
    }
}
