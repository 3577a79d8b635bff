using Stiefel.Client.Screen;
using Xunit;

namespace Stiefel.Client.Tests.Screen;

public sealed class ConsoleKindTests
{
    [Theory]
    [InlineData("/dev/pts/3", "xterm-256color", "", true)]
    [InlineData("/dev/tty1", "linux", "", true)]
    [InlineData("/dev/console", "linux", "tty0\n", true)]
    [InlineData("/dev/console", "linux", "ttyS0 tty0\n", true)]
    [InlineData("/dev/console", "linux", "tty0 ttyS0\n", false)]
    [InlineData("/dev/console", "linux", "hvc0\n", false)]
    [InlineData("/dev/console", "linux", "", false)]
    [InlineData("/dev/ttyS0", "vt102", "", false)]
    [InlineData("/dev/ttyUSB0", "vt102", "", false)]
    [InlineData("/dev/tty", "linux", "", false)]
    [InlineData("/dev/pts/3", "dumb", "", false)]
    [InlineData("/dev/pts/3", "", "", false)]
    [InlineData("pipe:[123]", "xterm", "", false)]
    public void CanRedraw_ByTerminal_IsTrueForScreensOnly(string device, string term, string active, bool expected) =>
        Assert.Equal(expected, ConsoleKind.CanRedraw(device, term, active));
}
