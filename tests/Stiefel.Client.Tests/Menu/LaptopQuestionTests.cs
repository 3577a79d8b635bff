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
        Assert.Equal(s_laptops[1], await AskAsync("2"));
        var list = Assert.Single(_said);
        Assert.Contains("   1  ?[2Jrobin (id fedcba98)", list, StringComparison.Ordinal);
        Assert.Contains("   2  without a name (id 01234567)", list, StringComparison.Ordinal);
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
    public async Task Ask_NobodyThere_IsRefusedAndNamesThemAndTheOption()
    {
        var error = await Assert.ThrowsAsync<RefusedException>(() => new LaptopQuestion(person: null, _said.Add).AskAsync(s_laptops, Token));
        Assert.Equal(
            "several laptops run their own system and know this key: ?[2Jrobin (id fedcba98), without a name (id 01234567); none was called: name one with --laptop NAME, or with the beginning of its id",
            error.Message);
        Assert.Empty(_said);
    }

    private Task<LaptopIdentity?> AskAsync(string typed)
    {
        var screen = new BootScreen(new Listener(line =>
        {
            _said.Add(line);
            if (_said.Count == 1)
            {
                _keyboard.Type(typed);
            }
        }), canRedraw: false, TimeProvider.System);
        return new LaptopQuestion(new ConsolePerson(screen, _keyboard.Terminal), screen.Say).AskAsync(s_laptops, Token);
    }

    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value) => heard(value!);
    }
}
