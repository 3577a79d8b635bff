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
}
