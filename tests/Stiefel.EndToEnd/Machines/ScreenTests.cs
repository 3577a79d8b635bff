using Stiefel.Machines.Consoles;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests the laptop's own screen and its keyboard in the ramdisk, where no setting asks for it.</summary>
[Trait("Needs", "machines")]
public sealed class ScreenTests(MachineParts parts) : PayloadScenario(parts)
{
    [Fact]
    public Task Laptop_WhileItServesAndAfterwards_SaysSoOnItsScreenAndHeedsItsKeys() => PlayAsync("screen", async (_, payload) =>
    {
        var (laptop, desktop, _) = payload;
        var shell = await laptop.OpenShellAsync(Token);
        var rows = await ConsolePictures.RowsAsync(shell, "SERVING STICK", Token);
        await ConsolePictures.SaveAsync(rows, "laptop-serving-station", Token);
        Assert.StartsWith(" stiefelsystem: SERVING STICK  for ", rows[0], StringComparison.Ordinal);
        Assert.Matches(@"^ link     \S+, .*MTU 9000, protection wireguard$", rows[3]);
        Assert.Matches(@"^ address  (169\.254\.\S+  )?fe80::5054:ff:fe5e:1%\S+$", rows[8]);

        await AskAsync(laptop, shell, "e", "End the desktop's session?");
        await AskAsync(laptop, shell, "n", "[e] end session");
        await desktop.PowerOffAsync(payload.Shell, Token);
        await ConsolePictures.RowsAsync(shell, "WAITING FOR A DESKTOP", Token);
    });

    private async Task AskAsync(Laptop laptop, ConsoleShell shell, string key, string answer)
    {
        await laptop.Machine.PressKeyAsync(key, Token);
        await ConsolePictures.RowsAsync(shell, answer, Token);
    }
}
