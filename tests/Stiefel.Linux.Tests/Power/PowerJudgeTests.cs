using Stiefel.Linux.Power;
using Xunit;

namespace Stiefel.Linux.Tests.Power;

/// <summary>What real machines report about their power, and what it means.</summary>
public sealed class PowerJudgeTests : IDisposable
{
    private readonly SupplyTree _tree = new();
    private readonly PowerJudge _judge = new(lowPercent: 15, criticalPercent: 5);
    private TimeSpan _now;

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("1", "Charging", "80", PowerState.OnAc)]
    [InlineData("1", "Discharging", "80", PowerState.OnAc)]
    [InlineData("0", "Discharging", "80", PowerState.OnBattery)]
    [InlineData("0", "Discharging", "16", PowerState.OnBattery)]
    [InlineData("0", "Discharging", "15", PowerState.Low)]
    [InlineData("0", "Discharging", "6", PowerState.Low)]
    [InlineData("0", "Discharging", "5", PowerState.Critical)]
    [InlineData("0", "Discharging", "0", PowerState.Critical)]
    [InlineData("1", "Charging", "3", PowerState.OnAc)]
    [InlineData("0", "Discharging", "rubbish", PowerState.OnBattery)]
    [InlineData("0", "Full", "100", PowerState.OnAc)]
    [InlineData("0", "Not charging", "80", PowerState.OnAc)]
    [InlineData("rubbish", "Charging", "80", PowerState.OnAc)]
    [InlineData("0", "Unknown", "80", PowerState.Unknown)]
    [InlineData("", "", "", PowerState.Unknown)]
    public void Judge_AdapterAndBattery_IsWhatTheySay(string online, string status, string capacity, PowerState expected)
    {
        _tree.Mains("AC", online).Battery("BAT0", status, capacity);
        Assert.Equal(expected, Look().State);
    }

    [Fact]
    public void Judge_NoBattery_IsOnAc() => Assert.Equal((PowerState.OnAc, null, null), (Look().State, Look().Percent, Look().Doubt));

    [Fact]
    public void Judge_NoSysfs_IsUnknownAndSaysWhy()
    {
        var reading = _judge.Judge(PowerSupplies.Read("/nowhere"), _now);
        Assert.Equal(PowerState.Unknown, reading.State);
        Assert.NotNull(reading.Doubt);
    }

    [Fact]
    public void Judge_AdapterSaysNoButUsbSaysYes_IsOnAc()
    {
        _tree.Mains("AC", "0").Add("ucsi-source-psy-USBC000:001", ("type", "USB"), ("online", "1")).Battery("BAT0", "Charging", "50");
        Assert.Equal(PowerState.OnAc, Look().State);
    }

    [Theory]
    [InlineData("[source] sink", PowerState.OnBattery)]
    [InlineData("source [sink]", PowerState.OnAc)]
    public void Judge_UsbPort_IsPowerOnlyIfItTakesSome(string role, PowerState expected)
    {
        _tree.Mains("AC", "0").Battery("BAT0", "Discharging", "50")
            .Add("ucsi-source-psy-USBC000:001", ("type", "USB"), ("online", "1"), ("device/typec/port0/power_role", role));
        Assert.Equal(expected, Look().State);
    }

    [Fact]
    public void Judge_MouseThatIsOnlineAndNearlyEmpty_DoesNotCount()
    {
        _tree.Battery("hidpp_battery_0", "Discharging", "2", ("scope", "Device"), ("online", "1")).Mains("AC", "0").Battery("BAT0", "Discharging", "70");
        Assert.Equal((PowerState.OnBattery, 70), (Look().State, Look().Percent));
    }

    [Fact]
    public void Judge_EmptyBay_DoesNotCount()
    {
        _tree.Mains("AC", "0").Battery("BAT0", "Discharging", "4").Battery("BAT1", "Unknown", "0", ("present", "0"));
        Assert.Equal((PowerState.Critical, 4), (Look().State, Look().Percent));
    }

    [Fact]
    public void Judge_TwoBatteriesOfWhichOneIsEmpty_IsNotLow()
    {
        _tree.Mains("AC", "0").Battery("BAT0", "Unknown", "80", Energy("16000000", "20000000", "0")).Battery("BAT1", "Discharging", "2", Energy("1400000", "70000000", "8700000"));
        var reading = Look();
        Assert.Equal((PowerState.OnBattery, 19, TimeSpan.FromHours(2)), (reading.State, reading.Percent, reading.TimeLeft));
    }

    [Fact]
    public void Judge_FiveBatteries_IsLowOnlyWhenAllAre()
    {
        _tree.Mains("AC", "0");
        for (var index = 0; index < 5; index++)
        {
            _tree.Battery($"BAT{index}", "Discharging", index == 3 ? "40" : "4");
        }

        Assert.Equal(PowerState.OnBattery, Look().State);
        _tree.Battery("BAT3", "Discharging", "9");
        Assert.Equal(PowerState.Low, Look().State);
    }

    [Theory]
    [InlineData("20000000", "-10000000", 120)]
    [InlineData("1000", "0", null)]
    [InlineData("9223372036854775807", "1", null)]
    public void Judge_TimeLeft_IsWhatIsInItByWhatFlows(string now, string rate, int? minutes)
    {
        _tree.Mains("AC", "0").Battery("BAT0", "Discharging", "50", ("charge_now", now), ("charge_full", "40000000"), ("current_now", rate));
        Assert.Equal(minutes, Look().TimeLeft?.TotalMinutes);
    }

    [Fact]
    public void Judge_BatteryWithoutCapacity_CountsByItsEnergy()
    {
        _tree.Mains("AC", "0").Add("BAT0", [("type", "Battery"), ("status", "Discharging"), .. Energy("500000", "50000000", "10000000")]);
        Assert.Equal((PowerState.Critical, 1, TimeSpan.FromMinutes(3)), (Look().State, Look().Percent, Look().TimeLeft));
    }

    /// <summary>With a telephone at the port, some machines report mains and a charging battery until the battery is empty.</summary>
    [Fact]
    public void Judge_BatteryFallsWhateverIsSaid_IsOnBattery()
    {
        foreach ((var percent, var expected) in new[] { (50, PowerState.OnAc), (49, PowerState.OnAc), (48, PowerState.OnBattery), (48, PowerState.OnBattery) })
        {
            _tree.Mains("AC", "1").Battery("BAT0", "Charging", $"{percent}");
            Assert.Equal(expected, Look().State);
        }

        Assert.NotNull(Look().Doubt);
        _tree.Battery("BAT0", "Charging", "52");
        Assert.Equal(PowerState.OnAc, Look().State);
    }

    [Fact]
    public void Judge_BatteryRisesWhateverIsSaid_IsOnAc()
    {
        foreach ((var percent, var expected) in new[] { (50, PowerState.OnBattery), (53, PowerState.OnBattery), (54, PowerState.OnAc) })
        {
            _tree.Mains("AC", "0").Battery("BAT0", "Discharging", $"{percent}");
            Assert.Equal(expected, Look().State);
        }
    }

    [Fact]
    public void Judge_PlugPulledAfterCharging_IsOnBatteryAtOnce()
    {
        foreach (var percent in new[] { 50, 53, 56, 59 })
        {
            _tree.Mains("AC", "1").Battery("BAT0", "Charging", $"{percent}");
            Look();
        }

        _tree.Mains("AC", "0").Battery("BAT0", "Discharging", "59");
        Assert.Equal(PowerState.OnBattery, Look().State);
    }

    [Fact]
    public void Judge_SlowSelfDischargeOnMains_IsOnAc()
    {
        for (var percent = 100; percent > 80; percent--)
        {
            _now += TimeSpan.FromHours(5);
            _tree.Mains("AC", "1").Battery("BAT0", "Not charging", $"{percent}");
            Assert.Equal(PowerState.OnAc, Look().State);
        }
    }

    [Fact]
    public void Judge_GaugeCorrectsItselfOnMains_IsOnAc()
    {
        foreach (var percent in new[] { 90, 60, 60 })
        {
            _tree.Mains("AC", "1").Battery("BAT0", "Charging", $"{percent}");
            Assert.Equal(PowerState.OnAc, Look().State);
        }
    }

    [Fact]
    public void Judge_GaugeWaversAtTheLimit_IsLowOnce()
    {
        foreach ((var percent, var expected) in new[] { (16, PowerState.OnBattery), (15, PowerState.Low), (16, PowerState.Low), (17, PowerState.Low), (18, PowerState.OnBattery) })
        {
            _tree.Mains("AC", "0").Battery("BAT0", "Discharging", $"{percent}");
            Assert.Equal(expected, Look().State);
        }
    }

    private static (string, string)[] Energy(string now, string full, string rate) => [("energy_now", now), ("energy_full", full), ("power_now", rate)];

    private PowerReading Look()
    {
        _now += TimeSpan.FromSeconds(30);
        return _judge.Judge(PowerSupplies.Read(_tree.Path), _now);
    }
}
