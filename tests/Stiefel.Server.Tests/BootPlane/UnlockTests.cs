using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stiefel.BootFiles.Tests.Disk;
using Stiefel.Linux.Mounts;
using Stiefel.Protocol.Boot;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.BootPlane;

/// <summary>POST /v1/unlock: a disk that holds only LUKS, whose content is simulated by a second disk.</summary>
public sealed class UnlockTests : IDisposable
{
    private const string Passphrase = "correct horse battery";

    private readonly ServerFiles _files = new();
    private readonly LaptopDisk _disk = new(("", 16));
    private readonly LaptopDisk _inside = new(("ext4", 40));
    private readonly FakeVolumeTools _tools = new();

    public UnlockTests()
    {
        _disk.MakeLuks(1);
        _inside.Fill(1, directory =>
        {
            LaptopFiles.FillBoot(directory, "", "root=/dev/mapper/x ro");
            LaptopFiles.FillModules(directory);
        });
        _tools.Luks[_disk.Partition(1)] = (Passphrase, _inside.Partition(1));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _disk.Dispose();
        _inside.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Hello_LockedLaptop_NamesTheDeviceAndNothingElse()
    {
        await using var server = await StartAsync("--Link:Mtu", "1400");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal(new LockedBoot(_disk.Partition(1), "", "5a1e0009-7a9d-4c1e-9b57-0d2f4c6e8a10", MayHandOver: true), desktop.Manifest.Locked);
        Assert.Equal(("", "", 0L, 0L), (desktop.Manifest.Title, desktop.Manifest.CommandLine, desktop.Manifest.Kernel.Size, desktop.Manifest.Initrd.Size));
        Assert.Equal(1400, desktop.Manifest.Link.Mtu); // the desktop needs it to ask for the disk, possibly before it can unlock
        foreach (var path in new[] { "/v1/kernel", "/v1/initrd", "/v1/modules" })
        {
            var body = path == "/v1/modules" ? "{\"modaliases\":[]}"u8.ToArray() : [];
            Assert.Equal(RefusalCodes.Locked, (await desktop.RefusalOfAsync(path, body)).Code);
        }

        Assert.Empty(_tools.Given);
    }

    [Fact]
    public async Task Unlock_RightPassphrase_GivesFilesUntilTheGrantClosesAll()
    {
        await using var server = await StartAsync("--Boot:HandOverPassphrase", "false");
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.False(desktop.Manifest.Locked!.MayHandOver);
        var answer = await UnlockAsync(desktop, Passphrase);
        Assert.Equal((3, "root=/dev/mapper/x ro"), (answer.TriesLeft, answer.Manifest!.CommandLine));
        Assert.Null(answer.Manifest.Locked);
        Assert.True(answer.Manifest.DriversAvailable);

        var kernel = await desktop.AskAsync("/v1/kernel", []);
        Assert.Equal(answer.Manifest.Kernel.Sha256, Convert.ToHexStringLower(SHA256.HashData(kernel)));
        Assert.Single(_tools.Open);
        Assert.Equal([_disk.Partition(1)], _tools.Locked);

        await desktop.RequestDiskAsync();
        Assert.Empty(_tools.Open);
        Assert.Empty(_tools.Locked);
        Assert.Empty(MountTable.Under(_files.State));
        Assert.False(Mount.IsDeviceFree(_disk.Path));
        AssertForgotten(server);
    }

    [Fact]
    public async Task Unlock_WrongThreeTimes_EndsTheSessionsTriesAndSlowsTheNext()
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var left in new[] { 2, 1, 0 })
        {
            var answer = await UnlockAsync(desktop, "wrong");
            Assert.Equal((left, null), (answer.TriesLeft, answer.Manifest));
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, 2.9, 120); // one second after the first, two after the second
        var refusal = await desktop.RefusalOfAsync("/v1/unlock", Encoding.UTF8.GetBytes(Passphrase));
        Assert.Equal(RefusalCodes.NoTriesLeft, refusal.Code);
        Assert.Equal(3, _tools.Given.Count);

        using var anew = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.NotNull((await UnlockAsync(anew, Passphrase)).Manifest);
        AssertForgotten(server);
    }

    [Fact]
    public async Task Unlock_OpenForAnotherSession_TakesThePassphraseAgain()
    {
        await using var server = await StartAsync();
        using var first = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.NotNull((await UnlockAsync(first, Passphrase)).Manifest);

        using var second = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.NotNull(second.Manifest.Locked);
        Assert.Equal("", second.Manifest.CommandLine);
        Assert.Equal(RefusalCodes.Locked, (await second.RefusalOfAsync("/v1/kernel", [])).Code);
        Assert.Null((await UnlockAsync(second, "wrong")).Manifest);
        Assert.NotNull((await UnlockAsync(second, Passphrase)).Manifest);
        Assert.NotEmpty(await second.AskAsync("/v1/kernel", []));
        Assert.NotEmpty(await first.AskAsync("/v1/initrd", []));
        Assert.Equal(1, _tools.Done.Count(step => step.StartsWith("try", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unlock_Replayed_IsAStrangersAndNoTry()
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var request = desktop.Seal("/v1/unlock", "wrong"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, (await desktop.PostAsync("/v1/unlock", request)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await desktop.PostAsync("/v1/unlock", request)).StatusCode);
        Assert.Single(_tools.Given);
        Assert.Equal(1, (await UnlockAsync(desktop, "wrong")).TriesLeft);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(513)]
    public async Task Unlock_NoPassphraseCouldBe_IsRefusedAndNoTry(int length)
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        Assert.Equal("a passphrase has 1 to 512 bytes", (await desktop.RefusalOfAsync("/v1/unlock", new byte[length])).Message);
        Assert.Empty(_tools.Given);
    }

    [Fact]
    public async Task Grant_WhatWasOpenedCannotBeClosed_IsRefusedWithTheReason()
    {
        await using var server = await StartAsync();
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await UnlockAsync(desktop, Passphrase);
        _tools.CloseProblem = "dmsetup remove: Device or resource busy";
        Assert.Contains("Device or resource busy", (await desktop.RefusalOfDiskAsync()).Message, StringComparison.Ordinal);
        Assert.True(Mount.IsDeviceFree(_disk.Path)); // not opened
        _tools.CloseProblem = null;
        await desktop.RequestDiskAsync();
        Assert.Empty(_tools.Open);
    }

    /// <summary>An eavesdropper between the two sees neither the passphrase nor whether it was right.</summary>
    [Fact]
    public async Task Eavesdropper_OfAnUnlock_SeesNoPassphrase()
    {
        await using var server = await StartAsync();
        await using var tap = new WireTap(server.Boot);
        using var desktop = await Desktop.ShakeHandsAsync(tap.Address, _files.Key);
        await UnlockAsync(desktop, "wrong passphrase");
        await UnlockAsync(desktop, Passphrase);
        var recorded = tap.Recorded;
        Assert.True(recorded.AsSpan().IndexOf("POST /v1/unlock"u8) >= 0);
        foreach (var text in new[] { Passphrase, "wrong passphrase", "triesLeft", "/dev/mapper/x" })
        {
            Assert.True(recorded.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) < 0, text);
        }
    }

    private static async Task<UnlockAnswer> UnlockAsync(Desktop desktop, string passphrase) =>
        JsonSerializer.Deserialize(await desktop.AskAsync("/v1/unlock", Encoding.UTF8.GetBytes(passphrase)), ProtocolJson.Default.UnlockAnswer)!;

    private Task<RunningServer> StartAsync(params string[] more) => RunningServer.StartOnDiskAsync(_files, _disk.Path, _tools, more);

    /// <summary>The passphrase stays neither in the log nor in the buffers that it passed through.</summary>
    private void AssertForgotten(RunningServer server)
    {
        Assert.DoesNotContain(server.Log.All, line => line.Contains(Passphrase, StringComparison.Ordinal));
        Assert.All(_tools.Given, given => Assert.Equal(-1, given.Span.IndexOfAnyExcept((byte)0)));
    }
}
