using Microsoft.Extensions.DependencyInjection;
using Stiefel.Server.Browsers;
using Stiefel.Server.Configuration;
using Stiefel.Server.Sessions;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Page;

/// <summary>The status page in Debian's browser.</summary>
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private const string ReadFigure = "#plots .figure > span:nth-of-type(2)";

    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Values_OfADesktopThatWorks_Move()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.SignInAsync();
        await page.Tab.WaitForTextAsync("#sessions", "in use, 1 connection");
        await page.Tab.WaitForTextAsync("#power", "64 %");
        Assert.Contains("thinkpad", await page.Tab.TextAsync("#laptop"), StringComparison.Ordinal);
        Assert.Contains("restarts into its own system", await page.Tab.TextAsync("#laptop"), StringComparison.Ordinal);
        Assert.Contains("uses session", await EventsAsync(page), StringComparison.Ordinal);
        page.UseDisk();
        var seen = new HashSet<string>();
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(30));
        while (seen.Count < 3)
        {
            var figure = await page.Tab.TextAsync(ReadFigure);
            if (figure is not ("0" or "–" or ""))
            {
                seen.Add(figure);
            }

            await Task.Delay(200, limit.Token);
        }

        await page.Tab.WaitForAsync("document.querySelector('#plots path.line.r').getAttribute('d').split('L').length > 3");
        Assert.All(page.Tab.Requests.Where(address => !address.StartsWith("data:", StringComparison.Ordinal)), address => Assert.StartsWith(page.Address.ToString(), address, StringComparison.Ordinal));
        Assert.Empty(page.Tab.Complaints);
    }

    [Fact]
    public async Task Token_KeptForTheTab_IsAskedOnce()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.SignInAsync("tab");
        await page.Tab.ReloadAsync();
        await page.Tab.WaitForTextAsync("#headline", "Serving stick");
        Assert.True((await page.Tab.ValueAsync("document.getElementById('enter').hidden"))!.GetValue<bool>());
        Assert.DoesNotContain(page.Tab.Requests, address => address.Contains(page.Token, StringComparison.Ordinal));
        await page.Tab.ClickAsync("#leave");
        await page.Tab.ReloadAsync();
        await page.Tab.WaitForAsync("!document.getElementById('enter').hidden && document.activeElement.id == 'token'");
    }

    [Fact]
    public async Task Token_NotKept_IsNowhereInTheBrowser()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.SignInAsync();
        Assert.Equal("{}{}", (await page.Tab.ValueAsync("JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie"))!.GetValue<string>());
        await page.Tab.ReloadAsync();
        await page.Tab.WaitForAsync("!document.getElementById('enter').hidden");
    }

    [Fact]
    public async Task Token_OfNoKey_IsRefusedInWords()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.Tab.GoAsync(page.Address);
        await page.Tab.ClickAsync("#token");
        await page.Tab.TypeAsync("wrong");
        await page.Tab.PressAsync("Enter", 13);
        await page.Tab.WaitForTextAsync("#wrong", "does not accept this token");
        Assert.Equal("", await page.Tab.AxeAsync());
    }

    /// <summary>A phone that read the QR code: the code leaves the address, buttons come when the person at the laptop allows it.</summary>
    [Fact]
    public async Task Code_InTheAddress_SignsInToLookUntilTheLaptopAllowsMore()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        var services = page.Laptop.Server.Services;
        services.GetRequiredService<OneTimeCode>().Show();
        await page.Tab.SetSizeAsync(390, 844, isPhone: true);
        await page.Tab.GoAsync(new Uri(page.Address, $"/#{services.GetRequiredService<OneTimeCode>().Shown!.Value.Code}"));
        await page.Tab.WaitForTextAsync("#headline", "Serving stick");
        var browsers = services.GetRequiredService<BrowserTable>();
        await page.Tab.WaitForTextAsync("#looking", browsers.Asking!.Check);
        Assert.False((await page.Tab.ValueAsync("[...document.querySelectorAll('main button')].some(button => button.checkVisibility())"))!.GetValue<bool>());
        Assert.Equal("/", (await page.Tab.ValueAsync("location.pathname + location.hash"))!.GetValue<string>());
        Assert.Equal("", await page.Tab.AxeAsync());
        await page.Tab.PictureAsync("looking-phone.png");
        browsers.Answer(browsers.Asking!, mayAct: true);
        await page.Tab.WaitForAsync("document.getElementById('looking').hidden && document.querySelector('#sessions button').checkVisibility()");
        await page.Tab.ReloadAsync();
        await page.Tab.WaitForTextAsync("#headline", "Serving stick");
        await page.Tab.ClickAsync("#leave");
        await page.Tab.WaitForAsync("!document.getElementById('enter').hidden");
        await page.Tab.ReloadAsync();
        await page.Tab.WaitForAsync("!document.getElementById('enter').hidden");
    }

    [Fact]
    public async Task Code_Typed_CountsOnce()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        var codes = page.Laptop.Server.Services.GetRequiredService<OneTimeCode>();
        codes.Show();
        var code = codes.Shown!.Value.Code;
        await page.Tab.GoAsync(page.Address);
        await page.Tab.ClickAsync("#token");
        await page.Tab.TypeAsync($"{code[..4]}-{code[4..8]} {code[8..].ToLowerInvariant()}");
        await page.Tab.PressAsync("Enter", 13);
        await page.Tab.WaitForTextAsync("#looking", "may look only");
        await page.Tab.ClickAsync("#leave");
        await page.Tab.ClickAsync("#token");
        await page.Tab.TypeAsync(code);
        await page.Tab.PressAsync("Enter", 13);
        await page.Tab.WaitForTextAsync("#wrong", "no longer, the one on the laptop");
    }

    [Fact]
    public async Task EndSession_AskedAndConfirmed_FencesTheDesktop()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.SignInAsync();
        await page.Tab.ClickAsync("#sessions button");
        await page.Tab.WaitForAsync("document.getElementById('ask').open && document.activeElement.id == 'ask-no'");
        Assert.Equal("", await page.Tab.AxeAsync());
        await page.Tab.PressAsync("Escape", 27);
        await page.Tab.WaitForAsync("!document.getElementById('ask').open");
        Assert.True(page.Disk.TryWrite(0, new byte[512]));

        await page.Tab.ClickAsync("#sessions button");
        await page.Tab.ClickAsync("#ask-yes");
        await page.Tab.WaitForTextAsync("#headline", "Waiting for a desktop");
        await page.Tab.WaitForTextAsync("#no-session", "No desktop");
        Assert.False(page.Disk.TryWrite(0, new byte[512]));
        Assert.Empty(page.Laptop.Server.Services.GetRequiredService<SessionTable>().Confirmed);
    }

    /// <summary>The page sends the laptop home under a running desktop only after a person was told what is lost, and confirmed it.</summary>
    [Fact]
    public async Task ReturnHome_WhileADesktopHasTheDisk_WantsItAcceptedBesides()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.SignInAsync();
        await page.Tab.ClickAsync("#home");
        await page.Tab.ClickAsync("#ask-yes");
        await page.Tab.WaitForTextAsync("#ask-title", "A desktop has the disk");
        Assert.True((await page.Tab.ValueAsync("document.getElementById('ask-yes').disabled"))!.GetValue<bool>());
        Assert.True(page.Disk.TryWrite(0, new byte[512]));
        await page.Tab.ClickAsync("#ask-accept");
        await page.Tab.ClickAsync("#ask-yes");
        Assert.Equal(WayOut.Restart, await page.Laptop.End.First.WaitAsync(TimeLimit.Seconds(30), Token));
    }

    [Fact]
    public async Task Beeps_SilencedByTheButton_AreSilent()
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.SignInAsync();
        await page.Tab.ClickAsync("#silence");
        await page.Tab.ClickAsync("#ask-yes");
        await page.Tab.WaitForTextAsync("#power", "silenced until");
        await page.Tab.WaitForTextAsync("#silence", "Let it beep again");
    }

    /// <summary>Saves pictures in artifacts/pictures for people to look at.</summary>
    [Theory]
    [InlineData("light", false)]
    [InlineData("dark", false)]
    [InlineData("light", true)]
    [InlineData("dark", true)]
    public async Task Look_InEachThemeAndSize_HasNoFaultsOfAccess(string theme, bool isPhone)
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.Tab.SetSystemThemeAsync(theme);
        await page.Tab.SetSizeAsync(isPhone ? 390 : 1180, isPhone ? 844 : 860, isPhone);
        var name = $"{theme}{(isPhone ? "-phone" : "")}.png";
        await page.Tab.GoAsync(page.Address);
        await page.Tab.WaitForAsync("!document.getElementById('enter').hidden");
        Assert.Equal("", await page.Tab.AxeAsync());
        await page.Tab.PictureAsync("sign-in-" + name);
        page.UseDisk();
        await page.SignInAsync();
        await page.Tab.WaitForAsync("document.querySelector('#plots path.line.r').getAttribute('d').split('L').length > 4");
        Assert.Equal("", await page.Tab.AxeAsync());
        Assert.Equal(0, (await page.Tab.ValueAsync("document.documentElement.scrollWidth - document.documentElement.clientWidth"))!.GetValue<int>());
        await page.Tab.PictureAsync("page-" + name, isWhole: isPhone);
        Assert.Empty(page.Tab.Complaints);
    }

    /// <summary>Makes the README's pictures, with a minute of load to show.</summary>
    [Theory]
    [Trait("Needs", "long")]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Look_AfterAMinute_ShowsIt(string theme)
    {
        await using var page = await ServedPage.StartAsync(chromium, _files);
        await page.Tab.SetSystemThemeAsync(theme);
        await page.Tab.SetSizeAsync(1180, 860);
        page.UseDisk();
        await page.SignInAsync();
        await page.Tab.WaitForAsync("document.querySelector('#plots path.line.r').getAttribute('d').split('L').length > 4");
        await Task.Delay(TimeSpan.FromSeconds(62), Token);
        Assert.True((await page.Tab.ValueAsync("document.querySelector('#plots path.line.r').getAttribute('d').split('L').length"))!.GetValue<int>() > 50);
        await page.Tab.PictureAsync($"minute-{theme}.png");
    }

    private static async Task<string> EventsAsync(ServedPage page)
    {
        await page.Tab.WaitForAsync("document.querySelectorAll('#event-list li').length > 1");
        return await page.Tab.TextAsync("#event-list");
    }
}
