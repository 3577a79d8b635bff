using Stiefel.Linux.Devices;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Devices;

public sealed class LaterSystemTests
{
    [Fact]
    public async Task WriteToTerminals_SomeAreThereAndOneIsReadByNobody_ReachesThemAndWaitsForNone()
    {
        using var devices = new TemporaryDirectory();
        var (console, second, unread) = (Path.Combine(devices.Path, "tty0"), Path.Combine(devices.Path, "pts/2"), Path.Combine(devices.Path, "pts/1"));
        Directory.CreateDirectory(Path.Combine(devices.Path, "pts"));
        File.WriteAllText(console, "");
        File.WriteAllText(second, "");
        await ExternalProgram.RunAsync("mkfifo", [unread], new ExternalProgramOptions(), TestContext.Current.CancellationToken);

        LaterSystem.WriteToTerminals(devices.Path, "\r\n\astiefel: hear\r\n");

        Assert.Equal("\r\n\astiefel: hear\r\n", File.ReadAllText(console));
        Assert.Equal(File.ReadAllText(console), File.ReadAllText(second));
    }

    [Theory]
    [InlineData("0::/init.scope\n", "0")]
    [InlineData("5:memory:/\n0::/init.scope\n", "0")]
    [InlineData("0::/\n", "")]
    [InlineData("1:name=systemd:/init.scope\n", "")]
    public void LeaveGroup_ProcessInAGroupOfVersion2_IsMovedToTheRoot(string own, string written)
    {
        using var files = new TemporaryDirectory();
        var (groups, root) = (Path.Combine(files.Path, "cgroup"), Path.Combine(files.Path, "cgroup.procs"));
        File.WriteAllText(groups, own);
        File.WriteAllText(root, "");

        Assert.True(LaterSystem.LeaveGroup(groups, root));

        Assert.Equal(written, File.ReadAllText(root));
    }
}
