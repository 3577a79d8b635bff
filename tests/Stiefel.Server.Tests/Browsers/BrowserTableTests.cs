using System.Net;
using Stiefel.Server.Browsers;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Browsers;

public sealed class BrowserTableTests
{
    private readonly ManualTime _time = new();
    private readonly BrowserTable _browsers;

    public BrowserTableTests() => _browsers = new BrowserTable(_time);

    [Fact]
    public void Browser_ThatAsksNothing_IsSignedOutAfterHalfAnHour()
    {
        var browser = Add();
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(browser, _browsers.Find(browser.Token));
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(browser, _browsers.Find(browser.Token));
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Null(_browsers.Find(browser.Token));
        Assert.False(_browsers.IsSignedIn(browser));
    }

    [Fact]
    public void Browser_ThatAsksAllDay_IsSignedOutAfterTwelveHours()
    {
        var browser = Add();
        for (var i = 0; i < 47; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(15));
            Assert.NotNull(_browsers.Find(browser.Token));
        }

        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(_browsers.Find(browser.Token));
    }

    [Fact]
    public void Browser_OneTooMany_SignsTheFirstOut()
    {
        var browsers = Enumerable.Range(0, BrowserTable.Most + 1).Select(_ => Add()).ToList();
        Assert.Null(_browsers.Find(browsers[0].Token));
        Assert.All(browsers.Skip(1), browser => Assert.Equal(browser, _browsers.Find(browser.Token)));
    }

    /// <summary>An answer that comes late, or is about a browser that another has replaced, allows nothing.</summary>
    [Fact]
    public void Answer_ToAQuestionThatIsOver_AllowsNothing()
    {
        var first = Add();
        var second = Add();
        Assert.False(_browsers.Answer(first, mayAct: true));
        Assert.Equal(second, _browsers.Asking);
        _time.Advance(OneTimeCode.Life);
        Assert.Null(_browsers.Asking);
        Assert.False(_browsers.Answer(second, mayAct: true));
        Assert.False(first.MayAct || second.MayAct);
    }

    [Fact]
    public void Answer_Yes_IsTakenOnce()
    {
        var browser = Add();
        Assert.True(_browsers.Answer(browser, mayAct: true));
        Assert.True(browser.MayAct);
        Assert.False(_browsers.Answer(browser, mayAct: false));
        Assert.Null(_browsers.Asking);
    }

    private SignedInBrowser Add() => _browsers.Add(IPAddress.Loopback);
}
