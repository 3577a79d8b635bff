using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Control;
using Stiefel.Server.Browsers;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Browsers;

/// <summary>What a browser reaches that signed in by the code on the screen.</summary>
public sealed class BrowserDoorTests : IDisposable
{
    private const string Route = "/api/v1/browser";

    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Browser_WithTheCode_MayLookButDoNothing()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName)!;
        using var http = new HttpClient { BaseAddress = server.Admin };
        var given = await SignInAsync(server, http);
        foreach (var path in (string[])["/api/v1/status", "/api/v1/power", "/api/v1/network", "/api/v1/load", Route])
        {
            using var looked = await http.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        }

        foreach (var (method, path) in ((string, string)[])
            [("DELETE", $"/api/v1/sessions/{desktop.Id}"), ("DELETE", "/api/v1/keys/stick"), ("POST", "/api/v1/shutdown?force=true"), ("POST", "/api/v1/beep"), ("POST", Route), ("PUT", "/")])
        {
            using var done = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Token);
            Assert.Equal(HttpStatusCode.Forbidden, done.StatusCode);
        }

        Assert.True(disk.TryWrite(0, new byte[512]));
        Assert.Equal(new BrowserRights(false, given.Check), await http.GetFromJsonAsync<BrowserRights>(Route, Token));
    }

    [Fact]
    public async Task Browser_AllowedAtTheLaptop_MayAct()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var http = new HttpClient { BaseAddress = server.Admin };
        await SignInAsync(server, http);
        var browsers = server.Services.GetRequiredService<BrowserTable>();
        Assert.True(browsers.Answer(browsers.Asking!, mayAct: true));
        using var ended = await http.DeleteAsync($"/api/v1/sessions/{desktop.Id}", Token);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Null(server.Connect(desktop.ExportName));
    }

    [Fact]
    public async Task Code_UsedOrNever_OpensNothingElseAndNothingTwice()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Admin };
        var code = Show(server);
        foreach (var (method, path) in ((string, string)[])[("GET", "/api/v1/status"), ("POST", "/api/v1/shutdown"), ("GET", Route), ("DELETE", Route)])
        {
            await AssertRefusedAsync(http, method, path, code);
        }

        await AssertRefusedAsync(http, "POST", Route, new string('A', OneTimeCode.Length));
        await SignInAsync(server, http, code);
        http.DefaultRequestHeaders.Authorization = null;
        await AssertRefusedAsync(http, "POST", Route, code);
    }

    [Fact]
    public async Task SignOut_OfABrowser_EndsItsTokenAndItsStreams()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = new HttpClient { BaseAddress = server.Admin };
        await SignInAsync(server, http);
        using var stream = await http.GetStreamAsync("/api/v1/load/live", Token);
        using var gone = await http.DeleteAsync(Route, Token);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        await stream.CopyToAsync(Stream.Null, Token);
        using var after = await http.GetAsync("/api/v1/status", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    private static string Show(RunningServer server)
    {
        var code = server.Services.GetRequiredService<OneTimeCode>();
        code.Show();
        return code.Shown!.Value.Code;
    }

    private static async Task<BrowserToken> SignInAsync(RunningServer server, HttpClient http, string? code = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Route) { Headers = { Authorization = new AuthenticationHeaderValue("Code", code ?? Show(server)) } };
        using var answer = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var given = (await answer.Content.ReadFromJsonAsync<BrowserToken>(Token))!;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", given.Token);
        return given;
    }

    private static async Task AssertRefusedAsync(HttpClient http, string method, string path, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Authorization = new AuthenticationHeaderValue("Code", code) } };
        using var answer = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
    }
}
