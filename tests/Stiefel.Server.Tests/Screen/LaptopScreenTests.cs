using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Control;
using Stiefel.Server.Browsers;
using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tests.QrCodes;
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

    /// <summary>A phone reads the code off the screen; the person at the keyboard sees which browser it was, and lets it act.</summary>
    [Fact]
    public async Task Code_ReadOffTheScreen_SignsABrowserInThatTheKeyboardAllowsMore()
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal, "--Admin:Listen", "0.0.0.0:0");
        await terminal.WaitForAsync("[c] code");
        await terminal.TypeAsync("c");
        await terminal.WaitForAsync("put it away");
        var address = new Uri(Assert.Single(await QrReader.ReadAsync(await terminal.RowsAsync())));
        Assert.Equal((Uri.UriSchemeHttps, laptop.Server.Admin.Port, OneTimeCode.Length + 1), (address.Scheme, address.Port, address.Fragment.Length));
        using var http = new HttpClient { BaseAddress = laptop.Server.Admin };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Code", address.Fragment[1..]);
        using var answer = await http.PostAsync("/api/v1/browser", null, Token);
        var given = (await answer.Content.ReadFromJsonAsync<BrowserToken>(Token))!;
        await terminal.WaitForAsync($"A browser at 127.0.0.1, which shows {given.Check}");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", given.Token);
        await terminal.TypeAsync("a");
        await terminal.WaitForAsync("[c] code");
        Assert.Equal(new BrowserRights(true, given.Check), await http.GetFromJsonAsync<BrowserRights>("/api/v1/browser", Token));
    }

    /// <summary>What was meant for another question allows nothing: `y`, or the `A` at the end of an arrow key's letters.</summary>
    [Theory]
    [InlineData("y")]
    [InlineData("\u001b[A")]
    public async Task Question_AboutABrowser_AnsweredByAnyOtherKey_AllowsNothing(string keys)
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal, "--Admin:Listen", "0.0.0.0:0");
        await terminal.WaitForAsync("[c] code");
        var browser = laptop.Server.Services.GetRequiredService<BrowserTable>().Add(IPAddress.Loopback);
        await terminal.WaitForAsync("May it act, too?");
        await terminal.TypeAsync(keys);
        await terminal.WaitForAsync("[c] code");
        Assert.False(browser.MayAct);
        Assert.False(laptop.End.First.IsCompleted);
    }

    [Fact]
    public async Task Code_PutAwayByAKey_IsWorthNothing()
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal, "--Admin:Listen", "0.0.0.0:0");
        await terminal.WaitForAsync("[c] code");
        await terminal.TypeAsync("c");
        await terminal.WaitForAsync("put it away");
        await terminal.TypeAsync("p");
        await terminal.WaitForAsync("thinkpad: WAITING");
        Assert.Null(laptop.Server.Services.GetRequiredService<OneTimeCode>().Shown);
        Assert.DoesNotContain("Power off?", terminal.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_WhereNobodyElseReachesTheControlPlane_IsNotOffered()
    {
        await using var terminal = await PseudoTerminal.OpenAsync();
        await using var laptop = await StartAsync(terminal);
        await terminal.WaitForAsync("[s] silence beeps");
        await terminal.TypeAsync("c");
        await terminal.WaitForAsync("[s] silence beeps\u001b[K");
        Assert.Null(laptop.Server.Services.GetRequiredService<OneTimeCode>().Shown);
    }

    private Task<Returning> StartAsync(PseudoTerminal terminal, params string[] more) =>
        Returning.StartAsync(_files, marks: 0, ownSystemRan: true, ["--Boot:Laptop", "thinkpad", "--Screen:Terminal", terminal.Path, .. more]);
}
