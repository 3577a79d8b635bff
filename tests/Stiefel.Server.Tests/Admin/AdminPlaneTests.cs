using System.Net;
using System.Text.Json;
using Stiefel.Protocol.Control;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Admin;

public sealed class AdminPlaneTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Status_AfterABoot_TellsWhoHasTheDiskAndHowItCameToThat()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Laptop", "thinkpad");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        await desktop.AskAsync("/v1/initrd", []);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));

        var status = await GetStatusAsync(server);
        Assert.Equal("thinkpad", status.Laptop);
        Assert.Equal(DiskState.Granted, status.Disk.State);
        Assert.Equal(desktop.Id, status.Disk.HeldBy);
        Assert.Equal(ServerFiles.InitrdSize, status.Boot!.InitrdBytes);
        Assert.Equal("stick", Assert.Single(status.Sessions).Key);
        var connection = Assert.Single(status.Connections);
        Assert.Equal(512, connection.BytesWritten);
        Assert.Equal($"session {desktop.Id[..8]}", connection.Export);
        var machine = Assert.Single(status.Machines);
        Assert.Equal(["session", "kernel", "initrd", "granted", "connected"], machine.Events.Select(e => e.Stage));
    }

    [Fact]
    public async Task Status_NothingToBoot_SaysWhy()
    {
        Directory.CreateDirectory(_files.Path("boot"));
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Directory", _files.Path("boot"));
        for (var i = 0; i < 200; i++)
        {
            if ((await GetStatusAsync(server)).Boot!.Problem is { } problem)
            {
                Assert.Contains(_files.Path("boot"), problem, StringComparison.Ordinal);
                return;
            }

            await Task.Delay(50, Token);
        }

        Assert.Fail("the status never told of the problem");
    }

    [Fact]
    public async Task Health_Running_IsOk()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Admin };
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz", Token));
    }

    [Theory]
    [InlineData("GET", "/no-such-thing", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/v1/status", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/v1/kernel", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/discovery", HttpStatusCode.NotFound)]
    public async Task Error_OnTheControlPlane_IsAProblemDocument(string method, string path, HttpStatusCode expected)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Token);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal((int)expected, problem.RootElement.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("GET", "/api/v1/status")]
    [InlineData("DELETE", "/api/v1/status")]
    [InlineData("GET", "/healthz")]
    [InlineData("GET", "/swagger/v1/swagger.json")]
    [InlineData("GET", "/swagger/index.html")]
    public async Task ControlPlane_AskedThroughTheBootListener_IsNotThere(string method, string path)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Boot };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = server.Admin.Authority;
        using var answer = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task OpenApi_Document_IsTheOneThatWasReviewed()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        var document = await http.GetStringAsync("/swagger/v1/swagger.json", Token);
        var reviewed = Path.Combine(AppContext.BaseDirectory, "Admin/openapi.json");
        if (document.ReplaceLineEndings("\n").TrimEnd() != File.ReadAllText(reviewed).TrimEnd())
        {
            File.WriteAllText(reviewed + ".new", document);
            Assert.Fail($"the control plane's document changed: if that is meant, review {reviewed}.new and put it into tests/Stiefel.Server.Tests/Admin/openapi.json");
        }
    }

    [Fact]
    public async Task Swagger_Page_IsThere()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        Assert.Contains("swagger-ui", await http.GetStringAsync("/swagger/index.html", Token), StringComparison.Ordinal);
    }

    private async Task<StatusDocument> GetStatusAsync(RunningServer server)
    {
        using var http = server.AdminClient(_files.Key);
        return ControlDocuments.ReadStatus(await http.GetStringAsync("/api/v1/status", Token));
    }
}
