using Stiefel.Client.Screen;
using Xunit;

namespace Stiefel.Client.Tests.Screen;

public sealed class TransferProgressTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Advance_OnASerialLine_WritesALineAtMostEveryTwoSecondsAndOneAtTheEnd()
    {
        var progress = Screen(canRedraw: false).Follow("initrd", 39_000_000);
        _clock.Advance(TimeSpan.FromSeconds(60)); // the wait for the first byte does not count
        Run(progress, steps: 39, bytesPerStep: 1_000_000, TimeSpan.FromMilliseconds(100));

        Assert.Equal(
            [
                "  initrd  53 %  21.0 of 39.0 MB  10.5 MB/s  ETA 2 s",
                "  initrd: 39.0 MB in 3.8 s, 10.3 MB/s, verified",
            ],
            Lines());
    }

    [Fact]
    public void Advance_SlowOnASerialLine_WritesEveryTenthOrEveryTenSeconds()
    {
        var progress = Screen(canRedraw: false).Follow("initrd", 100_000_000);
        Run(progress, steps: 100, bytesPerStep: 500_000, TimeSpan.FromSeconds(1));
        // At 0.5 MB/s, the first line comes after 2 s and the others every 10 s; the last one is written at the end.
        Assert.Equal(11, Lines().Length);
        Assert.Equal("  initrd   1 %  1.5 of 100.0 MB  0.8 MB/s  ETA 2 min", Lines()[0]);
        Assert.Equal("  initrd   6 %  6.5 of 100.0 MB  0.5 MB/s  ETA 3 min", Lines()[1]);
    }

    [Fact]
    public void Advance_OnAScreen_RedrawsOneLineAndLeavesTheLastOne()
    {
        var screen = Screen(canRedraw: true);
        var progress = screen.Follow("kernel", 10_000_000);
        for (var i = 0; i < 3; i++)
        {
            progress.Advance(2_000_000);
            _clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        var redrawn = "  kernel  60 %  6.0 of 10.0 MB  10.0 MB/s  ETA 0 s";
        Assert.Equal($"\r  kernel  40 %  4.0 of 10.0 MB  20.0 MB/s  ETA 0 s\r{redrawn}", _output.ToString());
        _output.GetStringBuilder().Clear();
        screen.Say("eth0 set up");
        Assert.Equal($"\r{new string(' ', redrawn.Length)}\reth0 set up{Environment.NewLine}", _output.ToString());
    }

    [Fact]
    public void Advance_OfUnknownTotal_SaysHowMuchCame()
    {
        var progress = Screen(canRedraw: false).Follow("drivers", total: null);
        Run(progress, steps: 3, bytesPerStep: 1_000_000, TimeSpan.FromSeconds(1));
        Assert.Equal(["  drivers 3.0 MB  1.5 MB/s", "  drivers: 3.0 MB in 2.0 s, 1.5 MB/s, verified"], Lines());
    }

    [Fact]
    public void Phase_Anywhere_IsALineOfItsOwnInFixedWordsWithItsTimeBelow()
    {
        var screen = Screen(canRedraw: false);
        _clock.Advance(TimeSpan.FromSeconds(2.44));
        screen.Phase("found", "[fe80::1%2]:4644 by eth0");
        Assert.Equal(["stiefel: phase found", "  [fe80::1%2]:4644 by eth0 (after 2.4 s)"], Lines());
    }

    private void Run(TransferProgress progress, int steps, int bytesPerStep, TimeSpan step)
    {
        for (var i = 0; i < steps; i++)
        {
            _clock.Advance(step);
            progress.Advance(bytesPerStep);
        }

        progress.Finish();
    }

    private BootScreen Screen(bool canRedraw) => new(_output, canRedraw, _clock);

    private string[] Lines() => _output.ToString().TrimEnd('\n').Split('\n');
}
