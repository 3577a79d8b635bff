using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

/// <summary>Writes sticks to loop devices, which have no serial number and are not removable.</summary>
public sealed class StickDriveTests : IDisposable
{
    private const long Size = 96L * 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new();
    private string? _loop;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_loop is not null)
        {
            ExternalProgram.Run("losetup", ["--detach", _loop]);
        }

        _directory.Dispose();
        _output.Dispose();
    }

    [Theory]
    [InlineData(StickLayout.Mbr)]
    [InlineData(StickLayout.Gpt)]
    internal async Task Write_DriveOfAnyContent_IsAStickAsItsImageIs(StickLayout layout)
    {
        var loop = Loop();
        ExternalProgram.Run("mkfs.ext4", ["-q", loop]);
        var stick = Stick(new EraseConsent(Path.GetFileName(loop), Force: true, Answers: null));
        var drive = await stick.ChooseAsync(loop, layout, null, Token);
        await stick.WriteAsync(drive, Content(), layout, new StepLog(_output), Token);

        var found = ExternalProgram.Run("wipefs", ["--noheadings", "--output", "TYPE", loop]).Lines;
        Assert.Equal(layout == StickLayout.Mbr ? ["dos"] : ["gpt", "gpt", "PMBR"], found);
        ExternalProgram.Run("losetup", ["--detach", loop]);
        _loop = ExternalProgram.Run("losetup", ["--find", "--show", "--offset", "1048576", _directory["drive"]]).Text.Trim();
        ExternalProgram.Run("fsck.fat", ["-n", _loop]);
        Assert.Contains("--force overrides: ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(" is not a removable drive (a loop device)", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_StickOfBefore_HasItsKeyToBeKept()
    {
        var loop = Loop();
        var stick = Stick(new EraseConsent(Path.GetFileName(loop), Force: true, Answers: null));
        var drive = await stick.ChooseAsync(loop, StickLayout.Mbr, null, Token);
        Assert.Null(await KeptKey.OfDiskAsync(loop, Token));
        await stick.WriteAsync(drive, Content(), StickLayout.Mbr, new StepLog(_output), Token);
        Assert.True((await KeptKey.OfDiskAsync(loop, Token)).AsSpan().IndexOf("etc/stiefel/keys/blue.key"u8) > 0);
    }

    [Theory]
    [InlineData(null, false, null, " is not a removable drive (a loop device); use --force if that is intended")]
    [InlineData(null, true, null, "cannot ask without a terminal: everything on LOOP would be lost; if that is intended, use --erase NAME")]
    [InlineData("other", true, null, "--erase other: LOOP has name NAME; nothing was changed")]
    [InlineData(null, true, "other\n", "this is not the name of LOOP; nothing was changed")]
    [InlineData(null, true, "", "this is not the name of LOOP; nothing was changed")]
    public async Task Choose_WithoutConsent_IsRefused(string? erase, bool force, string? typed, string message)
    {
        var loop = Loop();
        var stick = Stick(new EraseConsent(erase, force, typed is null ? null : new StringReader(typed)));
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => stick.ChooseAsync(loop, StickLayout.Mbr, null, Token));
        Assert.EndsWith(message.Replace("LOOP", loop, StringComparison.Ordinal).Replace("NAME", Path.GetFileName(loop), StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(new byte[Size], await File.ReadAllBytesAsync(_directory["drive"], Token));
    }

    [Fact]
    public async Task Choose_TypedName_IsTaken()
    {
        var loop = Loop();
        var drive = await Stick(new EraseConsent(null, Force: true, new StringReader($"{Path.GetFileName(loop)}\n"))).ChooseAsync(loop, StickLayout.Mbr, null, Token);
        Assert.Equal((loop, Size), (drive.Path, drive.Bytes));
        Assert.Contains($"Everything on it will be lost. To go on, type its name: ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choose_MountedDrive_IsRefusedAlsoByForce()
    {
        var loop = Loop();
        ExternalProgram.Run("mkfs.ext4", ["-q", loop]);
        Directory.CreateDirectory(_directory["mnt"]);
        ExternalProgram.Run("mount", [loop, _directory["mnt"]]);
        try
        {
            var refusal = await Assert.ThrowsAsync<RefusedException>(() => Stick(new EraseConsent(Path.GetFileName(loop), Force: true, null)).ChooseAsync(loop, StickLayout.Mbr, null, Token));
            Assert.Contains(_directory["mnt"], refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            ExternalProgram.Run("umount", [_directory["mnt"]]);
        }
    }

    [Fact]
    public async Task Choose_WhatIsNoDevice_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<FailedException>(() => Stick(new EraseConsent(null, false, null)).ChooseAsync("/dev/nowhere", StickLayout.Mbr, null, Token));
        Assert.StartsWith("/dev/nowhere: lsblk cannot tell what this is: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_DriveThatIsTooSmall_IsRefusedAndKeepsWhatItHas()
    {
        var loop = Loop(16 * 1024 * 1024);
        var stick = Stick(new EraseConsent(Path.GetFileName(loop), Force: true, Answers: null));
        var drive = await stick.ChooseAsync(loop, StickLayout.Mbr, null, Token);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => stick.WriteAsync(drive, Content(), StickLayout.Mbr, new StepLog(_output), Token));
        Assert.Matches(@"^the stick holds 16\.8 MB, but \d+\.\d MB are needed: use a larger one$", refusal.Message);
        Assert.Equal(new byte[16 * 1024 * 1024], await File.ReadAllBytesAsync(_directory["drive"], Token));
    }

    private StickDrive Stick(EraseConsent consent) => new(consent, _output, isTerminal: false);

    private StickContent Content()
    {
        _directory.Write(RamdiskImage.KernelName, "kernel");
        _directory.Write(RamdiskImage.InitrdName, "initrd");
        _directory.Write(RamdiskManifest.FileName, "{}");
        return new StickContent(new RamdiskImage(_directory.Path), new KeyDirectory(_directory["keys"]).Create("blue"), null);
    }

    private string Loop(long size = Size)
    {
        using (var file = File.Create(_directory["drive"]))
        {
            file.SetLength(size);
        }

        return _loop = ExternalProgram.Run("losetup", ["--find", "--show", _directory["drive"]]).Text.Trim();
    }
}
