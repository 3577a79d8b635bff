using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Admin;

/// <summary>The ways into the control plane.</summary>
public sealed class DoorTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("GET", "/index.html")]
    [InlineData("GET", "/api/v1/load")]
    [InlineData("GET", "/api/v1/load/live")]
    [InlineData("GET", "/api/v1/status")]
    [InlineData("GET", "/api/v1/sessions")]
    [InlineData("DELETE", "/api/v1/sessions/00000000000000000000000000000000")]
    [InlineData("GET", "/api/v1/keys")]
    [InlineData("DELETE", "/api/v1/keys/stick")]
    [InlineData("POST", "/api/v1/shutdown")]
    [InlineData("GET", "/api/v1/events")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/swagger/v1/swagger.json")]
    [InlineData("GET", "/swagger/index.html")]
    [InlineData("GET", "/healthz/more")]
    [InlineData("GET", "/no-such-thing")]
    [InlineData("OPTIONS", "/api/v1/status")]
    public async Task AnyPath_WithoutTheToken_TellsNothing(string method, string path)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var foreign = SharedKey.Generate("foreign");
        foreach (var header in new[] { null, "Bearer", "Bearer " + AdminToken.For(foreign), "Bearer ", "Basic !!!", "Basic " + Basic(AdminToken.For(foreign)), "Digest x" })
        {
            using var http = new HttpClient { BaseAddress = server.Admin };
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var answer = await http.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains(answer.Headers.WwwAuthenticate, w => w.Scheme == "Bearer");
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
            Assert.Equal(["Date", "WWW-Authenticate"], answer.Headers.Select(h => h.Key).Order());
            Assert.Equal(["Content-Length"], answer.Content.Headers.Select(h => h.Key));
        }
    }

    [Fact]
    public async Task Basic_WithTheToken_MayLookButDoNothing()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Admin };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Basic(AdminToken.For(_files.Key)));
        using var looked = await http.GetAsync("/api/v1/status", Token);
        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        using var done = await http.DeleteAsync("/api/v1/sessions/00", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, done.StatusCode);
    }

    [Fact]
    public async Task Token_OfARevokedKey_OpensNothing()
    {
        _files.AddKey("other").Dispose();
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        File.Delete(Path.Combine(_files.Keys, "stick.key"));
        for (var i = 0; i < 300; i++)
        {
            using var answer = await http.GetAsync("/api/v1/status", Token);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                return;
            }

            await Task.Delay(50, Token);
        }

        Assert.Fail("the token of the revoked key was accepted for 15 s");
    }

    /// <summary>The server name chooses the certificate of a key, so each holder sees its own; a client that pins a foreign key's certificate finds no match.</summary>
    [Fact]
    public async Task Tls_HolderOfAnyKey_SeesItsOwnCertificate()
    {
        using var other = _files.AddKey("other");
        using var foreign = SharedKey.Generate("foreign");
        await using var server = await RunningServer.StartAsync(_files);
        foreach (var key in new[] { _files.Key, other })
        {
            using var http = Pinned(server, key);
            Assert.Contains("laptop", await http.GetStringAsync("/api/v1/status", Token), StringComparison.Ordinal);
        }

        using var stranger = Pinned(server, foreign);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("/healthz", Token));
        Assert.IsType<AuthenticationException>(refused.InnerException);
    }

    [Fact]
    public async Task Tls_Curl_AcceptsThePrintedCertificateAndNoOther()
    {
        using var foreign = SharedKey.Generate("foreign");
        await using var server = await RunningServer.StartAsync(_files);
        Assert.Equal("ok\n", await CurlAsync(0, server, _files.Key));
        await CurlAsync(60, server, foreign); // "peer certificate cannot be authenticated"
    }

    [Fact]
    public async Task Tls_OldVersion_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(_files);
        await CurlAsync(35, server, _files.Key, "--tls-max", "1.1"); // "a problem occurred somewhere in the SSL/TLS handshake"
    }

    /// <summary>From another machine only TLS is answered; plain HTTP gets no answer at all.</summary>
    [Fact]
    public async Task PlainHttp_NotFromLoopback_IsNotAnswered()
    {
        var own = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .First(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        await using var server = await RunningServer.StartAsync(_files, "--Admin:Listen", "0.0.0.0:0");
        using var http = new HttpClient { BaseAddress = new UriBuilder("http", own.ToString(), server.Admin.Port).Uri };
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/healthz", Token));

        using var pinned = Pinned(server, _files.Key, own);
        Assert.Equal("ok\n", await pinned.GetStringAsync("/healthz", Token));
    }

    [Fact]
    public async Task Session_EndedByItsOwner_IsFencedAndGone()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        using var http = server.AdminClient(_files.Key);
        Assert.Contains(desktop.Id, await http.GetStringAsync("/api/v1/sessions", Token), StringComparison.Ordinal);

        using var ended = await http.DeleteAsync($"/api/v1/sessions/{desktop.Id}", Token);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.False(disk.TryWrite(512, [1]));
        Assert.Null(server.Connect(desktop.ExportName));
        Assert.Equal("[]", await http.GetStringAsync("/api/v1/sessions", Token));
        using var again = await http.DeleteAsync($"/api/v1/sessions/{desktop.Id}", Token);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal("application/problem+json", again.Content.Headers.ContentType!.MediaType);
    }

    private static string Basic(string token) => Convert.ToBase64String(Encoding.ASCII.GetBytes("owner:" + token));

    private static HttpClient Pinned(RunningServer server, SharedKey key, IPAddress? address = null)
    {
        using var certificate = DerivedCertificate.For(key);
        var expected = certificate.GetCertHash();
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address ?? IPAddress.Loopback, server.Admin.Port, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHash().AsSpan().SequenceEqual(expected);
        var http = new HttpClient(handler) { BaseAddress = new UriBuilder("https", DerivedCertificate.NameOf(key), server.Admin.Port).Uri };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.For(key));
        return http;
    }

    private async Task<string> CurlAsync(int expectedCode, RunningServer server, SharedKey key, params string[] more)
    {
        using var certificate = DerivedCertificate.For(key);
        var file = _files.Path("laptop.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Token);
        var port = server.Admin.Port;
        using var curl = Process.Start(new ProcessStartInfo(
            "curl", [.. more, "-sS", "--max-time", "30", "--cacert", file, "--connect-to", $"stiefel:{port}:127.0.0.1:{port}", $"https://stiefel:{port}/healthz"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await curl.StandardOutput.ReadToEndAsync(Token);
        var errors = await curl.StandardError.ReadToEndAsync(Token);
        await curl.WaitForExitAsync(Token);
        Assert.True(curl.ExitCode == expectedCode, $"curl: {curl.ExitCode} {errors}");
        return output;
    }
}
