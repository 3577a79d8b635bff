using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Server.Admin;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Page;

/// <summary>How the status page is sent, and who gets it.</summary>
public sealed class PageDoorTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Page_WithoutAToken_IsSentWithWhatItMayDo()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Laptop", "thinkpad");
        using var http = new HttpClient { BaseAddress = server.Admin };
        using var answer = await http.GetAsync("/", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(page.Length < 150_000, $"{page.Length} bytes");
        Assert.DoesNotContain("thinkpad", page, StringComparison.Ordinal);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src {HashOf(page, "script")};", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src {HashOf(page, "style")};", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task Page_ForAClientThatUnpacks_IsTheSameInATenth()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Admin };
        var plain = await http.GetByteArrayAsync("/", Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");
        using var answer = await http.SendAsync(request, Token);
        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        Assert.True(answer.Content.Headers.ContentLength < plain.Length / 2);
        using var unpacked = new MemoryStream();
        await using var reader = new GZipStream(await answer.Content.ReadAsStreamAsync(Token), CompressionMode.Decompress);
        await reader.CopyToAsync(unpacked, Token);
        Assert.Equal(plain, unpacked.ToArray());
    }

    /// <summary>A page from the internet whose name was made to lead here (DNS rebinding) reaches nothing.</summary>
    [Theory]
    [InlineData("/", false)]
    [InlineData("/healthz", false)]
    [InlineData("/api/v1/status", true)]
    public async Task Clear_UnderAForeignName_IsNotAnswered(string path, bool hasToken)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = hasToken ? server.AdminClient(_files.Key) : new HttpClient { BaseAddress = server.Admin };
        foreach (var name in new[] { "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5", "" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = name.Length == 0 ? "[::2]" : $"{name}:{server.Admin.Port}";
            using var answer = await http.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
        }
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LocalHost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("[::1]", true)]
    [InlineData("localhost.", false)]
    [InlineData("stiefel", false)]
    [InlineData("", false)]
    public void Host_OfThisMachine_IsKnown(string host, bool isOwn) => Assert.Equal(isOwn, HostDoor.IsOwn(host));

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Page_AskedForAnythingElse_WantsTheToken(string method)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Admin };
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static string HashOf(string page, string element)
    {
        var inside = page.Split($"<{element}>")[1].Split($"</{element}>")[0];
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inside)))}'";
    }
}
