using Stiefel.Cli.Configuration;
using Stiefel.Linux.Power;
using Xunit;

namespace Stiefel.Cli.Tests.Configuration;

public class PowerDemandTests
{
    [Theory]
    [InlineData("any", PowerState.Critical, 1, null)]
    [InlineData("ac", PowerState.OnAc, 1, null)]
    [InlineData("ac", PowerState.Unknown, null, null)]
    [InlineData("ac", PowerState.OnBattery, 99, "the laptop runs on its battery, at 99 %, but autokexec.power demands mains power: plug it in")]
    [InlineData("ac", PowerState.OnBattery, null, "the laptop runs on its battery, at an unknown level, but autokexec.power demands mains power: plug it in")]
    [InlineData("30%", PowerState.OnBattery, 30, null)]
    [InlineData("30%", PowerState.Low, 29, "the laptop runs on its battery, at 29 %, but autokexec.power demands at least 30 %: plug it in")]
    [InlineData("30%", PowerState.OnBattery, null, "the laptop runs on its battery, at an unknown level, but autokexec.power demands at least 30 %: plug it in")]
    public void Refusal_OfAState_SaysWhatIsMissing(string demand, PowerState state, int? percent, string? expected) =>
        Assert.Equal(expected, PowerDemand.Read(demand)!.Refusal(new PowerReading(state, percent, null, null, [])));

    [Theory]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("30.5%")]
    [InlineData("battery")]
    public void Configuration_NoDemand_NamesTheLineAndWhatIsExpected(string value) => Assert.Equal(
        $"c:2:10: autokexec.power: expected any, ac, or the least charge of the batteries such as 30%, found `{value}`",
        Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", $"autokexec:\n  power: '{value}'\n")).Message);

    [Fact]
    public void Configuration_OfPower_IsReadAndDemandsNothingWithoutIt()
    {
        Assert.Equal(PowerDemand.Any, ConfigurationFile.Parse("c", "").Autokexec.Power);
        Assert.Equal(PowerDemand.Mains, ConfigurationFile.Parse("c", "autokexec: {power: ac}\n").Autokexec.Power);
        Assert.Equal(30, ConfigurationFile.Parse("c", "autokexec: {power: 30%}\n").Autokexec.Power.LeastPercent);
    }
}
