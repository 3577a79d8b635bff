using Stiefel.Linux.Power;
using Xunit;

namespace Stiefel.Linux.Tests.Power;

public sealed class ThermometerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Zones_OfALaptop_TellTheHottest()
    {
        Write("thermal_zone0", "27800");
        Write("thermal_zone1", "61000");
        Write("cooling_device0", "99000");
        Assert.Equal(61, Thermometer.Read(_directory.Path));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-274000")]
    [InlineData("2147483647")]
    [InlineData("99999999999999")]
    [InlineData("warm")]
    [InlineData("")]
    public void Zone_ThatIsNotWired_TellsNothing(string text)
    {
        Write("thermal_zone0", text);
        Assert.Null(Thermometer.Read(_directory.Path));
    }

    [Fact]
    public void Machine_WithoutZones_TellsNothing() => Assert.Null(Thermometer.Read(Path.Combine(_directory.Path, "none")));

    private void Write(string zone, string text)
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, zone));
        File.WriteAllText(Path.Combine(_directory.Path, zone, "temp"), text + "\n");
    }
}
