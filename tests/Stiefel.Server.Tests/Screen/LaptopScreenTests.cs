using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tests.Return;

namespace Stiefel.Server.Tests.Screen;

/// <summary>The laptop's screen on a pseudo-terminal; the test reads the screen and types the keys.</summary>
public sealed class LaptopScreenTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Screen_OfADesktopThatWorks_TellsItAboveTheLog()
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal);
        await terminal.WaitForAsync("thinkpad: WAITING FOR A DESKTOP");
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        await terminal.WaitForAsync("STICK IS AWAY");
        using var disk = laptop.Server.Connect(desktop.ExportName)!;
        await terminal.WaitForAsync("SERVING STICK");

        // Each update leaves the log's cursor where it was.
        var picture = terminal.Seen[terminal.Seen.LastIndexOf("\u001b7", StringComparison.Ordinal)..];
        await terminal.WaitForAsync("\u001b8\u001b7");
        Assert.DoesNotContain('\n', picture);
    }

    [Fact]
    public async Task EndSession_ConfirmedTwice_FencesTheDesktop()
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal);
        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = laptop.Server.Connect(desktop.ExportName)!;
        await terminal.WaitForAsync("SERVING STICK");
        await terminal.TypeAsync("e");
        await terminal.WaitForAsync("End the desktop's session?");
        await terminal.TypeAsync("y");
        await terminal.WaitForAsync("loses what it has not written. Really?");
        Assert.True(disk.TryWrite(0, new byte[512]));
        await terminal.TypeAsync("y");
        await terminal.WaitForAsync("The session is ended.");
        Assert.False(disk.TryWrite(0, new byte[512]));
    }

    [Fact]
    public async Task PowerOff_WithoutADesktop_IsOrdered()
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal);
        await terminal.WaitForAsync("[p] power off");
        await terminal.TypeAsync("p");
        await terminal.WaitForAsync("Power off?");
        await terminal.TypeAsync("yy");
        Assert.Equal(WayOut.PowerOff, await laptop.End.First.WaitAsync(TimeLimit.Seconds(30), Token));
    }

    [Fact]
    public async Task Screen_ThatIsNone_IsToldAndServingGoesOn()
    {
        await using var laptop = await Returning.StartAsync(_files, marks: 0, ownSystemRan: true, "--Screen:Terminal", _files.Disk);
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(30));
        while (!laptop.Server.Log.All.Any(line => line.Contains("the screen cannot be drawn on", StringComparison.Ordinal)))
        {
            await Task.Delay(20, limit.Token);
        }

        using var desktop = await Desktop.ShakeHandsAsync(laptop.Server, _files.Key);
        await desktop.RequestDiskAsync();
    }

    private Task<Returning> StartAsync(PseudoTerminal terminal) =>
        Returning.StartAsync(_files, marks: 0, ownSystemRan: true, "--Boot:Laptop", "thinkpad", "--Screen:Terminal", terminal.Path);
}
