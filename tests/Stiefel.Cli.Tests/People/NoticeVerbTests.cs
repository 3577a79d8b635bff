using Stiefel.Cli.People;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.People;

/// <summary>What a person sees in a session, and what their answer does. notify-send is replaced by a program that a test writes.</summary>
public sealed class NoticeVerbTests : IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Socket => _directory["leaving"];

    public void Dispose()
    {
        _output.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Notice_ButtonPressed_KeepsTheLaptop()
    {
        await using var notice = Begin();
        var shown = ShowAsync("echo \"$@\" >\"$0.shown\"; echo not-now");
        await Until.TrueAsync(() => notice.RefusedBy is not null);

        notice.Say("root said no");
        await shown;
        Assert.Equal("stiefel: a desktop calls: everything will be closed in 20 s (to prevent that: stiefel not-now)\nstiefel: this laptop stays: root said no\n", _output.ToString());
        Assert.Contains("--expire-time=20000 --action=not-now=Not now -- This laptop is about to leave its system a desktop calls: everything", File.ReadAllText(_directory["notify-send.shown"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notice_LaptopDecides_TakesTheNotificationAway()
    {
        await using var notice = Begin();
        var shown = ShowAsync("echo $$ >\"$0.number\"; exec sleep 1000");
        await Until.TrueAsync(() => File.Exists(_directory["notify-send.number"]) && File.ReadAllText(_directory["notify-send.number"]).Length > 0);

        Assert.True(notice.TryDecide());
        notice.Say(null);
        await shown;
        Assert.EndsWith("stiefel: this laptop leaves its system\n", _output.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(_directory["notify-send.number"]).Trim()}"));
    }

    [Fact]
    public async Task Notice_NotifySendWithoutButtons_SaysTheCommand()
    {
        await using var notice = Begin();
        var shown = ShowAsync("case \"$*\" in *--action*) exit 1;; esac; echo \"$@\" >\"$0.shown\"");
        await Until.TrueAsync(() => File.Exists(_directory["notify-send.shown"]));

        notice.Say(null);
        await shown;
        Assert.Contains("To prevent that, run: stiefel not-now", File.ReadAllText(_directory["notify-send.shown"]), StringComparison.Ordinal);
        Assert.Null(notice.RefusedBy);
    }

    [Fact]
    public async Task Notice_NothingShowsNotifications_SaysItInTheLog()
    {
        await using var notice = Begin();
        var shown = ShowAsync("echo nobody there >&2; exit 1");
        await Until.TrueAsync(() => _output.ToString().Contains("nobody there", StringComparison.Ordinal));

        notice.Say("x");
        await shown;
    }

    [Fact]
    public async Task Notice_NoWarning_EndsAtOnce()
    {
        await ShowAsync("exit 9");
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData(false, "stiefel: this laptop stays: root said no\n")]
    [InlineData(true, """{"stays":true,"because":"root said no"}""" + "\n")]
    public async Task NotNow_DuringTheWarning_KeepsTheLaptop(bool isJson, string expected)
    {
        await using var notice = Begin();
        var refusal = NoticeVerbs.RefuseAsync(Socket, _output, Token, isJson);
        await Until.TrueAsync(() => notice.RefusedBy is not null);

        notice.Say("root said no");
        await refusal;
        Assert.Equal(expected, _output.ToString());
    }

    [Fact]
    public async Task NotNow_TooLateOrWithoutAWarning_SaysSo()
    {
        Assert.Contains("nothing to refuse", (await Assert.ThrowsAsync<FailedException>(() => NoticeVerbs.RefuseAsync(Socket, _output, Token))).Message, StringComparison.Ordinal);
        await using var notice = Begin();
        Assert.True(notice.TryDecide());
        notice.Say(null);
        Assert.Contains("too late", (await Assert.ThrowsAsync<FailedException>(() => NoticeVerbs.RefuseAsync(Socket, _output, Token))).Message, StringComparison.Ordinal);
    }

    private PeopleNotice Begin() => PeopleNotice.Begin(Socket, "a desktop calls", s_grace, (_, _) => Task.FromResult<string?>(null));

    private Task ShowAsync(string script)
    {
        var program = _directory.Write("notify-send", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_000_000);
        return NoticeVerbs.ShowAsync(Socket, new DesktopNotification((_, arguments, options, token) => ExternalProgram.RunAsync(program, arguments, options, token)), _output, Token);
    }
}
