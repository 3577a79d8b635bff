using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.Nbd;
using Stiefel.Server.Sessions;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tests.Tunnels;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Revocation;

/// <summary>Several keys are revoked, and ending the grant of one of them fails or takes long.</summary>
public sealed class KeyEndingTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private readonly SharedKey _second;
    private readonly SharedKey _third;
    private Action<TunnelUser> _closing = _ => { };

    public KeyEndingTests()
    {
        _second = _files.AddKey("second");
        _third = _files.AddKey("third");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _second.Dispose();
        _third.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revoked_WhileTheDiskOfAnotherIsBeingClosed_IsCutOffAtOnce(bool byItsFile)
    {
        using var isClosing = new ManualResetEventSlim();
        using var mayClose = new ManualResetEventSlim();
        await using var server = await StartAsync();
        using var bystander = await Desktop.ShakeHandsAsync(server, _second);
        await bystander.AskAsync("/v1/kernel", []);
        var session = Assert.Single(server.Services.GetRequiredService<SessionTable>().Confirmed);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var http = server.AdminClient(_third);
        _closing = _ =>
        {
            isClosing.Set();
            mayClose.Wait();
        };
        try
        {
            File.Delete(KeyFile("stick"));
            Assert.True(isClosing.Wait(TimeLimit.Seconds(15), Token));

            var asked = Task.CompletedTask;
            if (byItsFile)
            {
                File.Delete(KeyFile("second"));
            }
            else
            {
                asked = RevokeAsync(http, "second");
            }

            await UntilAsync(() => !Accepts(server, _second) && session.Ended.IsCancellationRequested);
            await Assert.ThrowsAnyAsync<Exception>(() => Desktop.ShakeHandsAsync(server, _second));

            // Only a free disk shows that the key's desktop no longer has it.
            Assert.Equal(byItsFile, asked.IsCompleted);
            mayClose.Set();
            await asked;
            await UntilAsync(() => server.Services.GetRequiredService<IDiskGate>().Granted is null);
        }
        finally
        {
            mayClose.Set();
        }
    }

    [Fact]
    public async Task Revoked_WhileTheEndOfAnotherFailsEachTime_IsEnded()
    {
        await using var server = await StartAsync("--Disk:Snapshot", "memory");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var other = await Desktop.ShakeHandsAsync(server, _second);
        await other.RequestDiskAsync();
        using var disk = server.Connect(other.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        var failures = 0;
        _closing = user => Fail(user, desktop.Id, () => failures++);

        File.Delete(KeyFile("stick"));
        await UntilAsync(() => failures > 0);
        File.Delete(KeyFile("second"));

        await UntilAsync(() => !disk.TryWrite(512, new byte[512]));
        Assert.Null(server.Connect(other.ExportName));
        Assert.NotEmpty(server.Log.With("checking the keys failed"));
        var before = failures;
        await UntilAsync(() => failures > before);
        _closing = _ => { };
        await UntilAsync(() => server.Services.GetRequiredService<IDiskGate>().Granted is null);
    }

    [Fact]
    public async Task Revoke_WhatItWasGrantedCannotBeEnded_IsAProblemOfThatKeyOnly()
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var http = server.AdminClient(_third);
        _closing = user => Fail(user, desktop.Id, () => { });
        for (var times = 0; times < 2; times++)
        {
            using var answer = await http.DeleteAsync("/api/v1/keys/stick", Token);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            var detail = ControlDocuments.ReadProblem(await answer.Content.ReadAsStringAsync(Token));
            Assert.Contains("not all of its grants are ended yet: it does not close", detail, StringComparison.Ordinal);
            Assert.False(Accepts(server, _files.Key));
        }

        await RevokeAsync(http, "second");

        _closing = _ => { };
        await UntilAsync(() => server.Services.GetRequiredService<IDiskGate>().Granted is null);
    }

    private static async Task RevokeAsync(HttpClient http, string name)
    {
        using var answer = await http.DeleteAsync($"/api/v1/keys/{name}", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static void Fail(TunnelUser user, string session, Action failing)
    {
        if (user.Session == session)
        {
            failing();
            throw new IOException("it does not close");
        }
    }

    private static bool Accepts(RunningServer server, SharedKey key) => server.Services.GetRequiredService<KeyRing>().Accepts(KeyRing.IdOf(key));

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 300 && !condition(); i++)
        {
            await Task.Delay(50, Token);
        }

        Assert.True(condition(), "it did not come to that within 15 s");
    }

    private Task<RunningServer> StartAsync(params string[] more) => RunningServer.StartAdjustedAsync(
        services => services.RemoveAll<ITunnels>().AddSingleton<ITunnels>(s => new StubbornTunnels(s.GetRequiredService<NbdHostedService>(), user => _closing(user))),
        [
            "--Disk:Path", _files.Disk, "--Boot:Kernel", _files.Kernel, "--Boot:Initrd", _files.Initrd, "--Keys:Directory", _files.Keys, "--State:Directory", _files.State,
            "--Http:Listen", "127.0.0.1:0", "--Nbd:Listen", "127.0.0.1:0", "--Discovery:Port", "0", "--Admin:Listen", "127.0.0.1:0", "--Link:Protection", "none", .. more,
        ]);

    private string KeyFile(string name) => Path.Combine(_files.Keys, name + ".key");
}
