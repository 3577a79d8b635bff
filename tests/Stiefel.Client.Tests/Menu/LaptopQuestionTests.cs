using Stiefel.Client.Menu;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Screen;
using Stiefel.CommandLine;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Client.Tests.Menu;

public sealed class LaptopQuestionTests : IDisposable
{
    private static readonly LaptopIdentity[] s_laptops = [LaptopIdentity.Of("fedcba9876543210", "\e[2Jrobin"), LaptopIdentity.Of("0123456789abcdef", "")];

    private readonly Keyboard _keyboard = new();
    private readonly List<string> _said = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _keyboard.Dispose();

    [Fact]
    public async Task Ask_Number_IsThatLaptop()
    {
        Assert.Equal(s_laptops[0], await AskAsync("2"));
        var list = Assert.Single(_said);
        Assert.Contains("   1  without a name (id 01234567)", list, StringComparison.Ordinal);
        Assert.Contains("   2  ?[2Jrobin (id fedcba98)", list, StringComparison.Ordinal);
        Assert.DoesNotContain("booted last", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("robin")]
    public async Task Ask_NothingOfTheList_IsNobody(string typed)
    {
        Assert.Null(await AskAsync(typed));
        Assert.Equal("  there is no laptop with that number: type 1 to 2", _said[^1]);
    }

    [Fact]
    public async Task Ask_OneWasBootedLast_IsTheFirstAndNeedsOnlyEnter()
    {
        Assert.Equal(s_laptops[0], await AskAsync("", last: s_laptops[0]));
        var lines = _said[0].Split(Environment.NewLine);
        Assert.Equal("   1  ?[2Jrobin (id fedcba98), booted last", lines[1]);
        Assert.Equal("   2  without a name (id 01234567)", lines[2]);
        Assert.EndsWith("; Enter: 1:", lines[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", 0, true)]
    [InlineData("", 1, true)]
    [InlineData("7", 1, false)] // and nothing more
    public async Task AskWhichServes_LastOne_IsTheFirstAndTakenWithoutAnotherAnswer(string typed, int laptop, bool isChosen)
    {
        Assert.Equal((s_laptops[laptop], isChosen), await Question(typed, s_laptops[1]).AskWhichServesAsync(s_laptops, Token));
        Assert.Contains("   1  without a name (id 01234567), booted last", _said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AskWhichServes_NobodyThere_TakesTheLastAndNamesTheOption()
    {
        var question = new LaptopQuestion(person: null, _said.Add, laptop => laptop == s_laptops[0]);
        Assert.Equal((s_laptops[0], false), await question.AskWhichServesAsync([s_laptops[1], s_laptops[0]], Token));
        Assert.EndsWith("taking the first; --laptop NAME names another", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NobodyThere_IsRefusedAndNamesThemAndTheOption()
    {
        var error = await Assert.ThrowsAsync<RefusedException>(() => new LaptopQuestion(person: null, _said.Add, _ => false).AskWhomToWakeAsync(s_laptops, Token));
        Assert.Equal(
            "several laptops run their own system and know this key: without a name (id 01234567), ?[2Jrobin (id fedcba98); none was called: name one with --laptop NAME, or with the beginning of its id",
            error.Message);
        Assert.Empty(_said);
    }

    private Task<LaptopIdentity?> AskAsync(string typed, LaptopIdentity? last = null) => Question(typed, last).AskWhomToWakeAsync(s_laptops, Token);

    private LaptopQuestion Question(string typed, LaptopIdentity? last)
    {
        var screen = new BootScreen(new Listener(line =>
        {
            _said.Add(line);
            if (_said.Count == 1)
            {
                _keyboard.Type(typed);
            }
        }), canRedraw: false, TimeProvider.System);
        return new LaptopQuestion(new ConsolePerson(screen, _keyboard.Terminal), screen.Say, laptop => laptop == last) { UntilTheFirst = TimeSpan.FromMilliseconds(200) };
    }

    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value) => heard(value!);
    }
}
