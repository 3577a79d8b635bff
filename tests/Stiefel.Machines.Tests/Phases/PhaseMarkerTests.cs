using Stiefel.Machines.Phases;
using Xunit;

namespace Stiefel.Machines.Tests.Phases;

public sealed class PhaseMarkerTests
{
    [Theory]
    [InlineData("stiefel: phase serving", "serving")]
    [InlineData("[   12.345678] stiefel: phase attach-start", "attach-start")]
    [InlineData("stiefel: phase found (server fe80::1 on eth0)", "found")]
    [InlineData("[    0.000000] Linux version 6.1.0-50-amd64 (debian-kernel@lists.debian.org)", "kernel starts")]
    [InlineData("Welcome to Debian GNU/Linux 12 (bookworm)!", "systemd")]
    [InlineData("[   32.878539] reboot: Power down", "power down")]
    [InlineData("stiefel: phases", null)]
    [InlineData("stiefel: phase Ünknown", null)]
    [InlineData("last login: yesterday", null)]
    [InlineData("root@laptop:~# ", null)]
    public void Find_CompleteLine_GivesItsPhase(string line, string? phase) => Assert.Equal(phase, PhaseMarker.Find(line, isComplete: true));

    [Theory]
    [InlineData("laptop login: ", "login")]
    [InlineData("laptop login:", "login")]
    [InlineData("stiefel: phase serv", null)]
    public void Find_GrowingLine_GivesOnlyThePrompt(string line, string? phase) => Assert.Equal(phase, PhaseMarker.Find(line, isComplete: false));
}
