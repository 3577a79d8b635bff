using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Revocation;

/// <summary>Keys over the control plane: listed, and revoked where no one can remove a file.</summary>
public sealed class KeyRevocationTests : IDisposable
{
    private const string Path = "/api/v1/keys";

    // Long enough for several checks of the directory.
    private static readonly TimeSpan s_looks = TimeSpan.FromSeconds(2);

    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    /// <summary>The test does not wait: everything must be done by the time of the answer.</summary>
    [Fact]
    public async Task Revoke_WhileItsDesktopRuns_EndsItAndFencesTheDiskBeforeTheAnswer()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var bystander = await Desktop.ShakeHandsAsync(server, other);
        await bystander.AskAsync("/v1/kernel", []);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        Assert.True(disk!.TryWrite(0, new byte[512]));
        using var http = server.AdminClient(other);

        var revoked = await RevokeAsync(http, "stick");

        Assert.False(disk.TryWrite(512, [.. Enumerable.Repeat((byte)7, 512)]));
        Assert.Equal(new byte[512], _files.ReadDisk(512, 512));
        Assert.Null(server.Connect(desktop.ExportName));
        Assert.Null(server.Services.GetRequiredService<IDiskGate>().Granted);
        Assert.DoesNotContain(desktop.Id, await http.GetStringAsync("/api/v1/sessions", Token), StringComparison.Ordinal);
        using (var asked = await desktop.PostAsync("/v1/kernel", desktop.Seal("/v1/kernel", [])))
        {
            Assert.Equal(HttpStatusCode.Forbidden, asked.StatusCode);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => Desktop.ShakeHandsAsync(server, _files.Key));
        Assert.False(File.Exists(KeyFile("stick")));
        Assert.Equal("stick", revoked.Name);
        Assert.Equal(DerivedCertificate.NameOf(_files.Key), revoked.Id);
        Assert.Equal(1, revoked.KeysLeft);
        Assert.Null(revoked.Warning);

        // The other keys are not affected.
        await bystander.AskAsync("/v1/initrd", []);
        await bystander.RequestDiskAsync();
    }

    [Theory]
    [InlineData("green", HttpStatusCode.NotFound, "stick")]
    [InlineData("stick.key", HttpStatusCode.NotFound, "stick")]
    [InlineData(".stick", HttpStatusCode.BadRequest, "not beginning with a dot")]
    [InlineData("a%20b", HttpStatusCode.BadRequest, "A-Z a-z 0-9")]
    [InlineData("..%2Fkeys%2Fstick", HttpStatusCode.BadRequest, "A-Z a-z 0-9")]
    public async Task Revoke_NameOfNoKey_IsAProblemAndChangesNothing(string name, HttpStatusCode expected, string words)
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        Assert.Contains(words, await ProblemAsync(http, name, expected), StringComparison.Ordinal);
        Assert.True(File.Exists(KeyFile("stick")));
        Assert.True(Accepts(server, _files.Key));
    }

    [Fact]
    public async Task Revoke_WithoutTheToken_IsRefusedAndChangesNothing()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        using var foreign = SharedKey.Generate("stick");
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes("owner:" + AdminToken.For(_files.Key)));
        foreach (var header in new[] { null, new AuthenticationHeaderValue("Bearer", AdminToken.For(foreign)), new AuthenticationHeaderValue("Basic", basic) })
        {
            using var http = new HttpClient { BaseAddress = server.Admin };
            http.DefaultRequestHeaders.Authorization = header;
            using var answer = await http.DeleteAsync($"{Path}/stick", Token);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.True(File.Exists(KeyFile("stick")));
        Assert.True(Accepts(server, _files.Key));
        Assert.True(disk!.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task Revoke_KeyThatIsHereUnderTwoNames_EndsBothAndSaysSo()
    {
        using var other = _files.AddKey("other");
        File.Copy(KeyFile("stick"), KeyFile("copy"));
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(other);

        var revoked = await RevokeAsync(http, "stick");

        Assert.Contains("as copy too", revoked.Warning, StringComparison.Ordinal);
        await AssertStaysRevokedAsync(server);
        await RevokeAsync(http, "copy");
        Assert.False(File.Exists(KeyFile("copy")));
    }

    [Fact]
    public async Task Revoke_FilePutBackAfterwards_DoesNotComeBack()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(other);
        File.Copy(KeyFile("stick"), _files.Path("saved"));
        await RevokeAsync(http, "stick");

        File.Move(_files.Path("saved"), KeyFile("again"));

        await AssertStaysRevokedAsync(server);
        Assert.Single(server.Log.With("this key was revoked"));
    }

    [Fact]
    public async Task Revoke_FileThatCannotBeRemoved_EndsTheKeyAllTheSameAndSaysWhatToDo()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName);
        using var http = server.AdminClient(other);
        Assert.True(TryChangeAttributes("+i"), "takes root, and a file system with immutable files");
        try
        {
            Assert.Contains("remove it by hand", await ProblemAsync(http, "stick", HttpStatusCode.InternalServerError), StringComparison.Ordinal);
            Assert.False(disk!.TryWrite(0, new byte[512]));
            Assert.True(File.Exists(KeyFile("stick")));
            await AssertStaysRevokedAsync(server);
        }
        finally
        {
            TryChangeAttributes("-i");
        }

        await RevokeAsync(http, "stick");
    }

    /// <summary>An owner who has lost their only stick must be able to revoke its key.</summary>
    [Fact]
    public async Task Revoke_LastKeyWithItsOwnToken_IsDoneAndSaidSo()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);

        var revoked = await RevokeAsync(http, "stick");

        Assert.Equal(0, revoked.KeysLeft);
        Assert.Contains("last key", revoked.Warning, StringComparison.Ordinal);
        using var after = await http.GetAsync(Path, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz", Token));
        using var fresh = _files.AddKey("fresh");
        for (var i = 0; i < 300 && !Accepts(server, fresh); i++)
        {
            await Task.Delay(50, Token);
        }

        Assert.True(Accepts(server, fresh));
    }

    [Fact]
    public async Task Revoke_FileThatHoldsNoUsableKey_IsRemoved()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        await File.WriteAllTextAsync(KeyFile("broken"), "no key", Token);
        var revoked = await RevokeAsync(http, "broken");
        Assert.Null(revoked.Id);
        Assert.False(File.Exists(KeyFile("broken")));
        Assert.True(Accepts(server, _files.Key));
    }

    [Fact]
    public async Task List_OfTheKeys_NamesThemAndTellsNoSecret()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(other);

        var text = await http.GetStringAsync(Path, Token);

        var keys = ControlDocuments.ReadKeys(text);
        Assert.Equal(["other", "stick"], keys.Select(key => key.Name));
        Assert.Equal(DerivedCertificate.NameOf(other), keys[0].Id);
        var secret = await File.ReadAllBytesAsync(KeyFile("other"), Token);
        foreach (var form in new[] { Convert.ToHexString(secret), Convert.ToBase64String(secret), PairingCode.Encode(secret), AdminToken.For(other) })
        {
            Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task<RevokedKey> RevokeAsync(HttpClient http, string name)
    {
        using var answer = await http.DeleteAsync($"{Path}/{name}", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return ControlDocuments.ReadRevokedKey(await answer.Content.ReadAsStringAsync(Token));
    }

    private static async Task<string> ProblemAsync(HttpClient http, string name, HttpStatusCode expected)
    {
        using var answer = await http.DeleteAsync($"{Path}/{name}", Token);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        return ControlDocuments.ReadProblem(await answer.Content.ReadAsStringAsync(Token))!;
    }

    private static bool Accepts(RunningServer server, SharedKey key) => server.Services.GetRequiredService<KeyRing>().Accepts(KeyRing.IdOf(key));

    private async Task AssertStaysRevokedAsync(RunningServer server)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_looks)
        {
            Assert.False(Accepts(server, _files.Key));
            await Task.Delay(20, Token);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => Desktop.ShakeHandsAsync(server, _files.Key));
    }

    private bool TryChangeAttributes(string change)
    {
        using var chattr = Process.Start("/usr/bin/chattr", [change, KeyFile("stick")]);
        chattr.WaitForExit();
        return chattr.ExitCode == 0;
    }

    private string KeyFile(string name) => System.IO.Path.Combine(_files.Keys, name + StoredKey.Extension);
}
