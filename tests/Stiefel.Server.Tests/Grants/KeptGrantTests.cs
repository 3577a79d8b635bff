using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Tests.Processes;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests.Mounts;
using Stiefel.Server.BootReading;
using Stiefel.Server.Grants;
using Stiefel.Server.Keeping;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Grants;

/// <summary>A server that is killed leaves no mark of its disk: its grant is honoured only if something has held the disk since.</summary>
public sealed class KeptGrantTests : IDisposable
{
    private readonly ServerFiles _files = new();
    private readonly GrantRequest _desktop;
    private readonly HeldHere _keeper = new();

    public KeptGrantTests() => _desktop = new(new string('d', 32), "s-owner", IPAddress.Loopback, TakeOver: false, KeyId: KeyRing.IdOf(_files.Key));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Finds the record of the only disk, whatever its file is called.
    private string GrantFile => Directory.Exists(_files.State) ? Directory.GetFiles(_files.State, "grant-*.json").SingleOrDefault() ?? _files.GrantFile : _files.GrantFile;

    public void Dispose()
    {
        _keeper.Drop();
        _files.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_ServerWasKilledAndTheDiskWasHeld_IsHonouredAgainAndAgain(bool isDevice)
    {
        using var loop = isDevice ? new LoopDevice(_files.Disk) : null;
        var disk = loop?.Path ?? _files.Disk;
        await GrantAndKillAsync(disk);
        Assert.True(_keeper.Holds);
        for (var restart = 0; restart < 2; restart++)
        {
            var server = await StartAsync(disk);
            using (var back = server.Connect(_desktop.ExportName))
            {
                Assert.True(back!.TryWrite(0, new byte[512]));
            }

            await KillAsync(server);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_ServerWasKilledAndNothingHeldTheDisk_IsVoid(bool isDevice)
    {
        using var loop = isDevice ? new LoopDevice(_files.Disk) : null;
        await GrantAndKillAsync(loop?.Path ?? _files.Disk);
        _keeper.Drop();

        await AssertVoidAsync(loop?.Path ?? _files.Disk, "nothing held");
    }

    [Fact]
    public async Task Restart_AnotherImageStandsUnderTheNameOfWhatWasHeld_IsVoidAndTheDiskIsFree()
    {
        await GrantAndKillAsync(_files.Disk);
        File.Copy(_files.Disk, _files.Disk + ".copy");
        File.Move(_files.Disk + ".copy", _files.Disk, overwrite: true);

        await AssertVoidAsync(_files.Disk, "a different disk");
        Assert.False(_keeper.Holds);
    }

    [Fact]
    public async Task Restart_WhatWasHeldWasMadeLarger_IsVoidAndTheDiskIsFree()
    {
        await GrantAndKillAsync(_files.Disk);
        await using (var image = File.OpenWrite(_files.Disk))
        {
            image.SetLength(2 * ServerFiles.DiskSize);
        }

        await AssertVoidAsync(_files.Disk, "a different disk");
        Assert.False(_keeper.Holds);
    }

    [Fact]
    public async Task Restart_NoGrantIsOnRecord_DiskIsFree()
    {
        using var loop = new LoopDevice(_files.Disk);
        await GrantAndKillAsync(loop.Path);
        File.Delete(GrantFile);

        await using var server = await StartAsync(loop.Path);
        Assert.False(_keeper.Holds);
        Assert.True(SpinWait.SpinUntil(() => CanBeClaimed(loop.Path), TimeLimit.Seconds(20)), "somebody still holds it");
    }

    [Fact]
    public async Task Disk_IsHeldAsLongAsItIsOpenForADesktop_AndNoLonger()
    {
        await using (var server = await StartAsync(_files.Disk))
        {
            var gate = server.Services.GetRequiredService<IDiskGate>();
            await gate.GrantAsync(_desktop, Token);
            Assert.True(_keeper.Holds);

            using (await gate.ReadAsync(new BootReader(IPAddress.Parse("192.0.2.1"), new string('f', 32)), Token))
            {
                // The boot files are named, so that reading them does not close the disk.
                Assert.True(_keeper.Holds);
            }

            await gate.EndAsync(_ => true);
            Assert.False(_keeper.Holds);
            await gate.GrantAsync(_desktop with { Session = new string('e', 32), ExportName = "s-next" }, Token);
            Assert.True(_keeper.Holds);
        }

        // The server ended properly and left its mark.
        Assert.False(_keeper.Holds);
    }

    // A child process that another test is just starting keeps this process's files open until it executes its program, so the device may be busy for a moment.
    private static bool CanBeClaimed(string device)
    {
        try
        {
            ExternalProgram.Run("mkfs.ext4", ["-q", "-F", device]); // claims it
            return true;
        }
        catch (ExternalProgramException)
        {
            return false;
        }
    }

    private async Task GrantAndKillAsync(string disk)
    {
        var server = await StartAsync(disk);
        await server.Services.GetRequiredService<IDiskGate>().GrantAsync(_desktop, Token);
        await KillAsync(server);
    }

    /// <summary>Simulates a killed server within one process: record and keeper stay as they are at this moment.</summary>
    private async Task KillAsync(RunningServer server)
    {
        var record = await File.ReadAllTextAsync(GrantFile, Token);
        Assert.Equal("", (string?)JsonNode.Parse(record)!["mark"] ?? "");
        _keeper.IsDeaf = true;
        await server.DisposeAsync();
        _keeper.IsDeaf = false;
        await File.WriteAllTextAsync(GrantFile, record, Token);
    }

    private async Task AssertVoidAsync(string disk, string reason)
    {
        await using var server = await StartAsync(disk);
        Assert.True(server.IsUnknown(_desktop.ExportName));
        Assert.Contains(server.Log.All, line => line.Contains("void", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
        Assert.False(File.Exists(GrantFile));
    }

    private Task<RunningServer> StartAsync(string disk) => RunningServer.StartAdjustedAsync(
        services => services.RemoveAll<IDiskKeeper>().AddSingleton<IDiskKeeper>(_keeper),
        "--Disk:Path", disk, "--Keys:Directory", _files.Keys, "--State:Directory", _files.State, "--Http:Listen", "127.0.0.1:0", "--Nbd:Listen", "127.0.0.1:0",
        "--Discovery:Port", "0", "--Admin:Listen", "none", "--Link:Protection", "none", "--Boot:Kernel", _files.Kernel, "--Boot:Initrd", _files.Initrd, "--Boot:CommandLine", "root=/dev/vda1");

    /// <summary>A keeper that outlives a server of this process.</summary>
    private sealed class HeldHere : IDiskKeeper
    {
        private SafeFileHandle? _disk;

        /// <summary>Makes the keeper ignore the server, as if it were dead.</summary>
        public bool IsDeaf { get; set; }

        public bool Holds => _disk is not null;

        public SafeFileHandle? Find() => _disk is null ? null : Copy(_disk);

        public bool TryHold(SafeFileHandle disk)
        {
            Drop();
            _disk = Copy(disk);
            return true;
        }

        public void Release()
        {
            if (!IsDeaf)
            {
                Drop();
            }
        }

        public void Drop()
        {
            _disk?.Dispose();
            _disk = null;
        }

        // Gives another descriptor of the same open file, as between processes.
        private static SafeFileHandle Copy(SafeFileHandle file)
        {
            using var sender = new DescriptorMessagePair();
            return sender.Pass(file);
        }
    }
}
