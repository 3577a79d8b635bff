using Stiefel.Client.Search;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Client.Tests.Search;

/// <summary>What the person at the desktop reads while the laptop that was called warns its users, is kept, or leaves.</summary>
public sealed class LaptopStatesTests
{
    private static readonly LaptopIdentity s_wren = LaptopIdentity.Of("0123456789abcdef", "wren");

    private readonly LaptopStates _states = new();
    private uint _number;

    [Theory]
    [InlineData(LaptopStage.Countdown, 10, "", "has warned its users: everything there is closed in 10 s, unless one of them refuses")]
    [InlineData(LaptopStage.Leaving, 0, "", "closes everything and comes back to serve, which takes a minute")]
    [InlineData(LaptopStage.HeldByProgram, 5, "apt: packages", "stays in its own system while a program inhibits its shutdown (apt: packages); it is called again until that ends")]
    [InlineData(LaptopStage.WaitsForPower, 5, "on its battery, at 9 %", "stays in its own system until it has more power (on its battery, at 9 %); it is called again until then")]
    [InlineData(LaptopStage.NotNow, 541, "", "stays in its own system: a person there said \"not now\" (10 min left); it is called again afterwards")]
    [InlineData((LaptopStage)77, 0, "later\u001b[2J", "says: later?[2J")]
    [InlineData(LaptopStage.HeldByProgram, 5, "", "stays in its own system while a program inhibits its shutdown (it does not say which); it is called again until that ends")]
    public void Describe_EachStage_IsALine(LaptopStage stage, ushort seconds, string text, string said) =>
        Assert.Equal($"the laptop wren (id 01234567) {said}", Describe(stage, seconds, text));

    [Fact]
    public void Describe_Countdown_IsSaidInTensAndThenOneByOne() => Assert.Equal(
        ["20", "10", "5", "4", "3"], Enumerable.Range(3, 15).Reverse().Select(left => Describe(LaptopStage.Countdown, (ushort)left, "")).OfType<string>().Select(line => line.Split(" in ")[1].Split(' ')[0]));

    [Fact]
    public void Describe_UnchangedOrOlder_IsNotSaidAgain()
    {
        Assert.NotNull(Describe(LaptopStage.HeldByProgram, 5, "apt"));
        Assert.Null(Describe(LaptopStage.HeldByProgram, 4, "apt"));
        Assert.NotNull(Describe(LaptopStage.Leaving, 0, ""));
        Assert.Null(_states.Describe(new LaptopState(s_wren.Id, _number - 1, LaptopStage.NotNow, 600, ""), s_wren));
        Assert.NotNull(_states.Describe(new LaptopState("fedcba9876543210", 1, LaptopStage.NotNow, 600, ""), LaptopIdentity.Of("fedcba9876543210", "")));
    }

    private string? Describe(LaptopStage stage, ushort seconds, string text) => _states.Describe(new LaptopState(s_wren.Id, ++_number, stage, seconds, text), s_wren);
}
