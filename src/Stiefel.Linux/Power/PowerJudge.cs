namespace Stiefel.Linux.Power;

/// <summary>
/// From what the kernel says of its supplies to what the machine lives on. The rules are those that hold in the field: any supply that is online is mains;
/// none online and a battery that discharges is battery; and where what the batteries hold says otherwise, that counts. Used by one thread at a time.
/// </summary>
/// <param name="lowPercent">At most so much in every battery is low.</param>
/// <param name="criticalPercent">At most so much is critical.</param>
public sealed class PowerJudge(int lowPercent, int criticalPercent)
{
    // So that a gauge that wavers does not alarm twice.
    private const int Hysteresis = 2;

    private static readonly TimeSpan s_mostTimeLeft = TimeSpan.FromDays(7);

    private readonly ChargeTrend _trend = new();
    private PowerState _claimed;
    private int _batteries;
    private PowerState _latest;

    /// <param name="supplies">As they are now; null if they cannot be read at all.</param>
    /// <param name="now">The time of a clock that only goes forward.</param>
    public PowerReading Judge(IReadOnlyList<PowerSupply>? supplies, TimeSpan now)
    {
        List<PowerSupply> batteries = [.. (supplies ?? []).Where(supply => supply.IsBattery)];
        var (claimed, problem) = supplies is null ? (PowerState.Unknown, "this kernel tells nothing of its power supplies") : Claim(supplies, batteries);
        var percent = Percent(batteries);
        Follow(claimed, batteries.Count, percent, now);
        var (source, doubt) = (claimed, _trend.Direction) switch
        {
            (not PowerState.OnBattery, < 0) => (PowerState.OnBattery, "the kernel does not say so, but the battery becomes emptier"),
            (not PowerState.OnAc, > 0) => (PowerState.OnAc, "the kernel does not say so, but the battery becomes fuller"),
            _ => (claimed, problem),
        };

        _latest = source == PowerState.OnBattery ? Grade(batteries) : source;
        return new PowerReading(_latest, percent, source == PowerState.OnBattery ? TimeLeft(batteries) : null, doubt, supplies ?? []);
    }

    /// <summary>What the labels say.</summary>
    private static (PowerState State, string? Problem) Claim(IReadOnlyList<PowerSupply> supplies, List<PowerSupply> batteries)
    {
        List<bool> external = [.. supplies.Where(supply => supply.IsExternal).Select(supply => supply.Online).OfType<bool>()];
        if (external.Contains(true))
        {
            return (PowerState.OnAc, null);
        }

        if (batteries.Exists(battery => battery.Status == "Discharging"))
        {
            return (PowerState.OnBattery, null);
        }

        if (batteries.Exists(battery => battery.Status is "Charging" or "Full" or "Not charging"))
        {
            return (PowerState.OnAc, null);
        }

        if (batteries.Count > 0)
        {
            return (PowerState.Unknown, "the battery does not say whether it charges or discharges");
        }

        return external.Count > 0 || supplies.Any(supply => supply.Type.Length == 0)
            ? (PowerState.Unknown, "no adapter is online, and no battery is to be seen")
            : (PowerState.OnAc, null);
    }

    private void Follow(PowerState claimed, int batteries, int? percent, TimeSpan now)
    {
        if ((claimed, batteries) != (_claimed, _batteries))
        {
            // A plug was pulled or put in, or a battery changed: what was seen before had another cause.
            _trend.Reset();
            (_claimed, _batteries) = (claimed, batteries);
        }

        if (percent is { } known)
        {
            _trend.Add(known, now);
        }
    }

    // All of them: where there are two, one is emptied after the other. Those that do not say are no reason to be quiet.
    private PowerState Grade(List<PowerSupply> batteries)
    {
        if (batteries.Max(battery => battery.Percent) is not { } fullest)
        {
            return PowerState.OnBattery;
        }

        return fullest <= Limit(criticalPercent, PowerState.Critical) ? PowerState.Critical
            : fullest <= Limit(lowPercent, PowerState.Low) ? PowerState.Low
            : PowerState.OnBattery;
    }

    private int Limit(int percent, PowerState grade) => _latest >= grade ? percent + Hysteresis : percent;

    private static int? Percent(List<PowerSupply> batteries)
    {
        List<PowerSupply> telling = [.. batteries.Where(battery => battery.Percent is not null)];
        if (telling.Count == 0)
        {
            return null;
        }

        // A large and a small one do not count the same, if both say how large they are.
        return telling.TrueForAll(battery => battery.Charge is { IsEnergy: true })
            ? (int)Math.Round(100 * Math.Clamp(telling.Sum(battery => battery.Charge!.Now) / telling.Sum(battery => battery.Charge!.Full), 0, 1))
            : (int)Math.Round(telling.Average(battery => battery.Percent!.Value));
    }

    private static TimeSpan? TimeLeft(List<PowerSupply> batteries)
    {
        List<BatteryCharge> charges = [.. batteries.Select(battery => battery.Charge).OfType<BatteryCharge>()];
        var rate = charges.Sum(charge => charge.Rate);
        var told = charges.Count == batteries.Count && charges.DistinctBy(charge => charge.IsEnergy).Count() == 1 && rate > 0
            ? charges.Sum(charge => charge.Now) / rate
            : batteries.Max(battery => battery.TimeToEmpty)?.TotalHours;
        return told is { } hours && hours < s_mostTimeLeft.TotalHours ? TimeSpan.FromMinutes(Math.Round(hours * 60)) : null;
    }
}
