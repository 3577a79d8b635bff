using Stiefel.Client.Menu;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Screen;
using Stiefel.Protocol.Boot;
using Xunit;

namespace Stiefel.Client.Tests.Menu;

public sealed class EntryQuestionTests : IDisposable
{
    private readonly Keyboard _keyboard = new();
    private readonly List<string> _said = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _keyboard.Dispose();

    [Fact]
    public async Task Ask_NobodyAnswers_TakesTheFirstEntry() => Assert.Equal(EntryDecision.None, await AskAsync(Menu(seconds: 1)));

    [Fact]
    public async Task Ask_EnterThenANumber_ShowsAllAndTakesThat()
    {
        Assert.Equal(new EntryDecision("id2", "single"), await AskAsync(Menu(), "", "2 single"));
        Assert.Contains("  System a in 60 s; Enter: choose from 2 entries, or add kernel arguments once", _said);
        Assert.Contains(_said, line => line.Contains("   1  System a, kernel 6.1", StringComparison.Ordinal) && line.Contains("   2  ?[2Jb, kernel 5.10", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ask_TitleWithTheKernelsRelease_DoesNotSayItTwice()
    {
        await AskAsync(new EntryMenu("id1", 60, [new EntryChoice("id1", "System, with Linux 6.1", "6.1")]), "", "1");
        Assert.Contains(_said, line => line.Contains("   1  System, with Linux 6.1\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ask_NumberThatIsNone_AsksAgain()
    {
        Assert.Equal(new EntryDecision("id2", ""), await AskAsync(Menu(), "3", "2"));
        Assert.Contains("  there is no entry with that number: type 1 to 2", _said);
    }

    [Theory]
    [InlineData("1", "", "")]
    [InlineData("1  quiet  splash", "", "quiet  splash")]
    [InlineData("2", "id2", "")]
    [InlineData("systemd.unit=rescue.target", "", "systemd.unit=rescue.target")]
    public void Understand_WhatIsTyped_IsNumberAndArguments(string typed, string entry, string arguments)
        => Assert.Equal(new EntryDecision(entry, arguments), EntryQuestion.Understand(Menu(), typed));

    private static EntryMenu Menu(int seconds = 60) => new("id1", seconds, [new EntryChoice("id1", "System a", "6.1"), new EntryChoice("id2", "\e[2Jb", "5.10")]);

    private Task<EntryDecision> AskAsync(EntryMenu menu, params string[] typed)
    {
        var answers = new Queue<string>(typed);
        var screen = new BootScreen(new Listener(line =>
        {
            _said.Add(line);
            if (answers.Count > 0 && !line.Contains("no entry", StringComparison.Ordinal))
            {
                _keyboard.Type(answers.Dequeue());
            }
        }), canRedraw: false, TimeProvider.System);
        return new EntryQuestion(new ConsolePerson(screen, _keyboard.Terminal), screen.Say).AskAsync(menu, Token);
    }

    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value) => heard(value!);
    }
}
