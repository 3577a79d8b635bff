using Stiefel.Client.Boot;
using Stiefel.Client.Screen;
using Stiefel.Linux.Errors;
using Xunit;

namespace Stiefel.Client.Tests.Boot;

/// <summary>Tests whether a running system is shut down before the laptop's kernel replaces it.</summary>
public sealed class KernelStartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new();
    private readonly List<string> _asked = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Run_SystemThatSystemdRuns_LetsItShutDownAndDoesNotReplaceIt()
    {
        Directory.CreateDirectory(_directory.File("systemd"));
        Start(now: false).Run(new ScriptedKernel());
        Assert.Equal(["kexec"], _asked);
        Assert.StartsWith("stiefel: phase leaving\n  the system of this computer is shut down, then ", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Run_RamdiskOrNow_ReplacesTheSystemAtOnce(bool hasSystemd, bool now)
    {
        if (hasSystemd)
        {
            Directory.CreateDirectory(_directory.File("systemd"));
        }

        Assert.Throws<LinuxException>(() => Start(now).Run(new ScriptedKernel()));
        Assert.Empty(_asked);
        Assert.StartsWith("stiefel: phase executing\n", _output.ToString(), StringComparison.Ordinal);
    }

    private KernelStart Start(bool now) => new(new BootScreen(_output, canRedraw: false, TimeProvider.System), now)
    {
        SystemdRuns = _directory.File("systemd"), Systemctl = _asked.AddRange,
    };
}
