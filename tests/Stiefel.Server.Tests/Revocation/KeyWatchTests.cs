using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Grants;
using Stiefel.Server.Sessions;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Revocation;

/// <summary>A key can be revoked and another added while the server runs.</summary>
public sealed class KeyWatchTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Revoked_WhileItsDesktopRuns_EndsItAndVoidsItsCapability()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var bystander = await Desktop.ShakeHandsAsync(server, other);
        await bystander.AskAsync("/v1/kernel", []);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));

        File.Delete(KeyFile("stick"));

        await UntilAsync(() => !disk.TryWrite(512, [.. Enumerable.Repeat((byte)7, 512)]));
        Assert.Null(server.Connect(desktop.ExportName));
        await UntilAsync(() => server.Services.GetRequiredService<IDiskGate>().Granted is null);
        using (var asked = await desktop.PostAsync("/v1/kernel", desktop.Seal("/v1/kernel", [])))
        {
            Assert.Equal(HttpStatusCode.Forbidden, asked.StatusCode);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => Desktop.ShakeHandsAsync(server, _files.Key));

        // The other keys are not affected.
        await bystander.AskAsync("/v1/initrd", []);
        await bystander.RequestDiskAsync();
        using var theirs = server.Connect(bystander.ExportName);
        Assert.True(theirs!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Revoked_WhileTheServerWasDown_IsNotHonouredAgain()
    {
        _files.AddKey("other").Dispose();
        string export;
        await using (var before = await RunningServer.StartAsync(_files))
        {
            using var desktop = await Desktop.ShakeHandsAsync(before, _files.Key);
            await desktop.RequestDiskAsync();
            export = desktop.ExportName;
        }

        File.Delete(KeyFile("stick"));
        await using var server = await RunningServer.StartAsync(_files);
        Assert.Null(server.Connect(export));
        Assert.Null(server.Services.GetRequiredService<IDiskGate>().Granted);
    }

    [Fact]
    public async Task Revoked_WhileItsBootFilesAreSent_BreaksTheTransferOff()
    {
        _files.AddKey("other").Dispose();
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.AskAsync("/v1/kernel", []);
        var session = Assert.Single(server.Services.GetRequiredService<SessionTable>().Confirmed);

        File.Delete(KeyFile("stick"));

        await UntilAsync(() => session.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Added_WhileTheServerRuns_IsAccepted()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var fresh = _files.AddKey("fresh");
        await UntilAsync(() => Accepts(server, fresh));
    }

    [Fact]
    public async Task Renamed_WhileItsDesktopRuns_IsTheSameKey()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);

        File.Move(KeyFile("stick"), KeyFile("stick.old"));
        using var fresh = _files.AddKey("stick");

        await UntilAsync(() => Accepts(server, fresh));
        Assert.True(disk!.TryWrite(0, new byte[512]));
        await desktop.AskAsync("/v1/kernel", []);
    }

    [Fact]
    public async Task MadeReadableForOthers_WhileTheServerRuns_IsRevoked()
    {
        _files.AddKey("other").Dispose();
        await using var server = await RunningServer.StartAsync(_files);
        File.SetUnixFileMode(KeyFile("stick"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await UntilAsync(() => !Accepts(server, _files.Key));
        await UntilAsync(() => server.Log.With("chmod 600").Any());
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        Assert.Single(server.Log.With("chmod 600")); // the file is checked twice a second, but reported once
    }

    private static bool Accepts(RunningServer server, SharedKey key) =>
        server.Services.GetRequiredService<Server.Keys.KeyRing>().Accepts(Server.Keys.KeyRing.IdOf(key));

    private string KeyFile(string name) => Path.Combine(_files.Keys, name + ".key");

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(50, Token);
        }

        Assert.Fail("it did not come to that within 15 s");
    }
}
