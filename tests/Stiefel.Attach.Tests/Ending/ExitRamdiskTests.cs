using Stiefel.Attach.Ending;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Attach.Tests.Ending;

public sealed class ExitRamdiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-attach-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Fill_Program_IsWhatSystemdRunsLast()
    {
        ExitRamdisk.Fill(_directory, "/bin/true", TimeSpan.FromSeconds(90));
        Assert.Equal(0, ChildProcess.Run(Path.Combine(_directory, "shutdown"), ["/shutdown", "poweroff"]));
        Assert.Equal(TimeSpan.FromSeconds(90), ExitRamdisk.ReadPatience(_directory));
    }

    /// <summary>systemd-shutdown creates these directories if they are missing; in the sealed ramdisk that fails, and it would not return to it.</summary>
    [Theory]
    [InlineData("oldroot")]
    [InlineData("dev")]
    [InlineData("proc")]
    [InlineData("run")]
    [InlineData("sys")]
    [InlineData("usr")]
    [InlineData("etc")]
    public void Fill_PlacesSystemdMovesTo_AreThere(string name)
    {
        ExitRamdisk.Fill(_directory, "/bin/true", TimeSpan.FromSeconds(90));
        Assert.True(Directory.Exists(Path.Combine(_directory, name)));
    }

    /// <summary>Each line is the test by which another program decides not to fill /run/initramfs itself, quoted from that program.</summary>
    [Theory]
    [InlineData("[ -e $1/bin/sh ] && exit 0", "dracut-initramfs-restore")]
    [InlineData("[ ! -x $1/bin/sh ] || exit 0", "finalrd")]
    [InlineData("[ -x $1/shutdown ] && exit 0", "mkinitcpio, NixOS: ConditionFileIsExecutable=!")]
    public void Fill_OthersThatWouldFillIt_StayAway(string test, string whose)
    {
        ExitRamdisk.Fill(_directory, "/bin/true", TimeSpan.FromSeconds(90));
        Assert.True(ChildProcess.Run("/bin/sh", ["sh", "-c", $"{test}; exit 1", "sh", _directory]) == 0, whose);
    }
}
