using System.Text.Json;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Admin;

/// <summary>Every route, driven by a client that knows the server's description and nothing else.</summary>
public sealed class GeneratedClientTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task EveryRoute_ByAGeneratedClient_IsUnderstood()
    {
        using var spare = _files.AddKey("spare");
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Laptop", "thinkpad");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var http = server.AdminClient(_files.Key);
        var document = await http.GetStringAsync("/swagger/v1/swagger.json", Token);
        dynamic client = await GeneratedClient.MakeAsync(document, http);
        var driven = new Dictionary<string, Func<Task>>
        {
            ["GetHealth"] = async () => Assert.Equal("ok\n", (string)await client.GetHealthAsync()),
            ["GetStatus"] = async () => Assert.Equal("thinkpad", (string)(await client.GetStatusAsync()).Laptop),
            ["GetExports"] = async () => Assert.Equal(desktop.Id, (string)Enumerable.Single<dynamic>(await client.GetExportsAsync()).Session),
            ["GetBoot"] = async () => Assert.Equal(ServerFiles.KernelSize, (long)(await client.GetBootAsync()).KernelBytes),
            ["GetNetwork"] = async () => Assert.NotNull((await client.GetNetworkAsync()).Interfaces),
            ["GetConfiguration"] = async () => Assert.Contains((IEnumerable<dynamic>)await client.GetConfigurationAsync(), setting => setting.Name == "Boot:Laptop" && setting.Value == "thinkpad"),
            ["GetMetrics"] = async () => Assert.Contains("stiefel_grants 1", (string)await client.GetMetricsAsync(), StringComparison.Ordinal),
            ["GetLoad"] = async () => Assert.NotNull((await client.GetLoadAsync()).Hour),
            ["GetLiveLoad"] = async () =>
            {
                using var stream = new StreamReader((Stream)(await client.GetLiveLoadAsync()).Stream);
                Assert.StartsWith("data: {", await stream.ReadLineAsync(Token), StringComparison.Ordinal);
            },
            ["GetEvents"] = async () =>
            {
                using var stream = new StreamReader((Stream)(await client.GetEventsAsync(null)).Stream);
                while (await stream.ReadLineAsync(Token) is { } line && !line.Contains("\"granted\"", StringComparison.Ordinal))
                {
                }
            },
            ["GetPower"] = async () => Assert.NotNull((await client.GetPowerAsync()).State),
            ["Beep"] = async () => await AssertRefusedAsync(409, () => client.BeepAsync(Make((object)client, "BeepRequest", ("Test", "low")))),
            ["Return"] = async () => await AssertRefusedAsync(409, () => client.ReturnAsync(null)),
            ["Reboot"] = async () => await AssertRefusedAsync(409, () => client.RebootAsync(true)),
            ["Shutdown"] = async () => await AssertRefusedAsync(409, () => client.ShutdownAsync(false)),
            ["SignInBrowser"] = async () => await AssertRefusedAsync(400, () => client.SignInBrowserAsync()),
            ["GetBrowser"] = async () => Assert.True((bool)(await client.GetBrowserAsync()).MayAct),
            ["SignOutBrowser"] = async () => await AssertRefusedAsync(404, () => client.SignOutBrowserAsync()),
            ["GetKeys"] = async () => Assert.Equal(2, Enumerable.Count<dynamic>(await client.GetKeysAsync())),
            ["RevokeKey"] = async () => Assert.Equal(1, (int)(await client.RevokeKeyAsync("spare")).KeysLeft),
            ["GetSessions"] = async () => Assert.Equal("stick", (string)Enumerable.Single<dynamic>(await client.GetSessionsAsync()).Key),
            ["EndSession"] = async () => await client.EndSessionAsync(desktop.Id),
        };
        Assert.Equal(OperationsOf(document), driven.Keys.Order(StringComparer.Ordinal));
        foreach (var (operation, drive) in driven)
        {
            await drive();
            TestContext.Current.SendDiagnosticMessage(operation);
        }
    }

    /// <summary>Makes an object of one of the client's own types.</summary>
    private static dynamic Make(object client, string type, params (string Name, object Value)[] members)
    {
        var document = Activator.CreateInstance(client.GetType().Assembly.GetType($"Generated.{type}")!)!;
        foreach (var (name, value) in members)
        {
            document.GetType().GetProperty(name)!.SetValue(document, value);
        }

        return document;
    }

    /// <summary>Asserts that the client gets a problem document that it understands.</summary>
    private static async Task AssertRefusedAsync(int status, Func<Task> drive)
    {
        dynamic refused = await Assert.ThrowsAnyAsync<Exception>(drive);
        Assert.Equal(status, (int)refused.StatusCode);
        Assert.NotEmpty((string)refused.Result.Detail);
    }

    private static List<string> OperationsOf(string document)
    {
        using var parsed = JsonDocument.Parse(document);
        return [.. parsed.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
            .Select(operation => operation.Value.GetProperty("operationId").GetString()!).Order(StringComparer.Ordinal)];
    }
}
