using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.BootPlane;

public sealed class BootPlaneTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Greeting_Anyone_IsTold()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Boot };
        Assert.Equal("""{"what":"stiefel","protocol":[1],"needs":[]}""", await http.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task Handshake_RightKey_TellsWhatThereIsToBoot()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Laptop", "thinkpad", "--Link:DeadConnectionSeconds", "0");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);

        Assert.Equal(new BootFile(ServerFiles.KernelSize, Sha256(_files.Kernel)), desktop.Manifest.Kernel);
        Assert.Equal(new BootFile(ServerFiles.InitrdSize, Sha256(_files.Initrd)), desktop.Manifest.Initrd);
        Assert.Equal("root=/dev/vda1 rw", desktop.Manifest.CommandLine);
        Assert.Equal("thinkpad", desktop.Manifest.Laptop);
        Assert.Equal(0, desktop.Manifest.Link.DeadConnectionSeconds);
    }

    [Fact]
    public async Task Files_Session_GetsThemWhole()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);

        Assert.Equal(File.ReadAllBytes(_files.Kernel), await desktop.AskAsync("/v1/kernel", []));
        Assert.Equal(File.ReadAllBytes(_files.Initrd), await desktop.AskAsync("/v1/initrd", []));
        Assert.Contains(server.Log.All, l => l == "Information: phase session ");
    }

    [Fact]
    public async Task Handshake_ForeignKey_IsRefusedAndToldOnce()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Boot };
        using var foreign = SharedKey.Generate("foreign");
        for (var i = 0; i < 5; i++)
        {
            using var handshake = new ClientHandshake(foreign);
            await AssertStrangerAsync(await Desktop.PostAsync(http, "/v1/discovery", handshake.Hello));
        }

        Assert.Single(server.Log.With("stranger"));
    }

    [Fact]
    public async Task Handshake_AnyAcceptedKey_Works()
    {
        using var second = _files.AddKey("second");
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, second);
        await desktop.AskAsync("/v1/kernel", []);
        Assert.Contains(server.Log.All, l => l.Contains($"session {desktop.Id} of 127.0.0.1 with key second", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/v1/discovery", 0)]
    [InlineData("POST", "/v1/discovery", 0)]
    [InlineData("POST", "/v1/discovery", 136)]
    [InlineData("POST", "/v1/discovery", 5000)]
    [InlineData("POST", "/v1/kernel", 0)]
    [InlineData("GET", "/v1/kernel", 0)]
    [InlineData("POST", "/v1/kernel", 100)]
    [InlineData("POST", "/v1/initrd", 100)]
    [InlineData("POST", "/v1/modules", 2_000_000)]
    [InlineData("POST", "/v1/export", 100)]
    [InlineData("DELETE", "/v1/export", 100)]
    [InlineData("POST", "/v1/no-such-thing", 100)]
    [InlineData("GET", "/v1/", 0)]
    [InlineData("GET", "/no-such-thing", 0)]
    [InlineData("POST", "/", 100)]
    [InlineData("DELETE", "/api/v1/status", 0)]
    [InlineData("OPTIONS", "/a/path/that/is/longer/than/a/line/of/the/log/would/like", 0)]
    public async Task Stranger_WhateverIsAsked_GetsTheSameAnswer(string method, string path, int length)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Boot };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
        {
            request.Content = new ByteArrayContent(RandomNumberGenerator.GetBytes(length));
        }

        await AssertStrangerAsync(await http.SendAsync(request, Token));
    }

    [Fact]
    public async Task SealedRequest_SentAgain_IsAStrangers()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var request = desktop.Seal("/v1/kernel", []);
        using var first = await desktop.PostAsync("/v1/kernel", request);
        Assert.True(first.IsSuccessStatusCode);
        await AssertStrangerAsync(await desktop.PostAsync("/v1/kernel", request));
    }

    [Fact]
    public async Task SealedRequest_ForAnotherPath_IsAStrangers()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await AssertStrangerAsync(await desktop.PostAsync("/v1/export", desktop.Seal("/v1/kernel", [])));
    }

    [Fact]
    public async Task SealedRequest_OneBitChanged_IsAStrangers()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var body = Encoding.UTF8.GetBytes("""{"takeOver":false}""");
        for (var i = 0; i < 40; i++)
        {
            var request = desktop.Seal("/v1/export", body);
            request[RandomNumberGenerator.GetInt32(request.Length)] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
            await AssertStrangerAsync(await desktop.PostAsync("/v1/export", request));
        }

        Assert.DoesNotContain(server.Log.All, l => l.Contains("granted", StringComparison.Ordinal));
        await desktop.AskAsync("/v1/kernel", []);
    }

    [Fact]
    public async Task Hello_SentAgainByThousands_DisturbsNobody()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        using var http = new HttpClient { BaseAddress = server.Boot };
        for (var i = 0; i < 200; i++)
        {
            await AssertStrangerAsync(await Desktop.PostAsync(http, "/v1/discovery", desktop.Hello));
        }

        using var admin = server.AdminClient(_files.Key);
        var sessions = await admin.GetStringAsync("/api/v1/status", Token);
        Assert.Single(server.Log.With("phase session"));
        Assert.Equal(1, sessions.Split("\"key\":").Length - 1);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        await desktop.RequestDiskAsync();
    }

    [Fact]
    public async Task BootFiles_Changed_AreRefusedAndOfferedAnew()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var early = await Desktop.ShakeHandsAsync(server, _files.Key);
        _files.RandomFile("initrd", 5000);

        var refusal = await early.RefusalOfAsync("/v1/initrd", []);
        Assert.Equal(RefusalCodes.Failed, refusal.Code);
        Assert.Contains("changed", refusal.Message, StringComparison.Ordinal);

        using var late = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(5000, late.Manifest.Initrd.Size);
        Assert.Equal(File.ReadAllBytes(_files.Initrd), await late.AskAsync("/v1/initrd", []));
    }

    [Fact]
    public async Task BootFiles_Missing_AreRefusedInTheHandshakeOnlyToKeyHolders()
    {
        Directory.CreateDirectory(_files.Path("boot"));
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Directory", _files.Path("boot"));
        var error = await Assert.ThrowsAsync<RefusalException>(() => Desktop.ShakeHandsAsync(server, _files.Key));
        Assert.Equal(RefusalCodes.NoBootFiles, error.Refusal.Code);

        using var http = new HttpClient { BaseAddress = server.Boot };
        using var foreign = SharedKey.Generate("foreign");
        using var handshake = new ClientHandshake(foreign);
        await AssertStrangerAsync(await Desktop.PostAsync(http, "/v1/discovery", handshake.Hello));
    }

    [Fact]
    public async Task Modules_NoneForThisKernel_AreRefusedWithTheReason()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.False(desktop.Manifest.DriversAvailable);
        var refusal = await desktop.RefusalOfAsync("/v1/modules", """{"modaliases":["pci:v00008086d"]}"""u8.ToArray());
        Assert.Equal(RefusalCodes.NoDrivers, refusal.Code);
    }

    [Theory]
    [InlineData("/v1/export", "")]
    [InlineData("/v1/export", "[]")]
    [InlineData("/v1/export", "null")]
    [InlineData("/v1/modules", "{")]
    public async Task SealedRequest_BodyIsNotWhatItShouldBe_IsRefused(string path, string body)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(RefusalCodes.Failed, (await desktop.RefusalOfAsync(path, Encoding.UTF8.GetBytes(body))).Code);
    }

    [Fact]
    public async Task Log_WholeBoot_HoldsNoSecret()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Logging:Level", "debug");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        await desktop.RequestDiskAsync();
        server.Connect(desktop.ExportName)!.Dispose();
        using var http = server.AdminClient(_files.Key);
        var status = await http.GetStringAsync("/api/v1/status", Token);

        Assert.DoesNotContain(desktop.ExportName, status, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Log.All, l => l.Contains(desktop.ExportName, StringComparison.Ordinal));
    }

    private static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static async Task AssertStrangerAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
            Assert.Equal(["Date"], answer.Headers.Select(h => h.Key));
            Assert.Equal(["Content-Length"], answer.Content.Headers.Select(h => h.Key));
        }
    }
}
