namespace Stiefel.Linux.Power;

/// <summary>
/// Decides from the kernel's power supplies what the machine runs on. The rules have proved themselves in practice: any supply that is online means mains;
/// none online and a discharging battery means battery; and if the trend of the charge contradicts that, the trend counts. For one thread at a time.
/// </summary>
/// <param name="lowPercent">The charge is low if every battery is at this percentage or below.</param>
/// <param name="criticalPercent">The charge is critical if every battery is at this percentage or below.</param>
public sealed class PowerJudge(int lowPercent, int criticalPercent)
{
    // Percentage points by which a charge must rise to end an alarm, so that a wavering gauge does not alarm twice.
    private const int Hysteresis = 2;

    private static readonly TimeSpan s_mostTimeLeft = TimeSpan.FromDays(7);

    private readonly ChargeTrend _trend = new();
    private PowerState _claimed;
    private int _batteries;
    private PowerState _latest;

    /// <param name="supplies">The present supplies; null if they cannot be read at all.</param>
    /// <param name="now">The time on a monotonic clock.</param>
    public PowerReading Judge(IReadOnlyList<PowerSupply>? supplies, TimeSpan now)
    {
        List<PowerSupply> batteries = [.. (supplies ?? []).Where(supply => supply.IsBattery)];
        var (claimed, problem) = supplies is null ? (PowerState.Unknown, "this kernel reports no power supplies") : Claim(supplies, batteries);
        var percent = Percent(batteries);
        Follow(claimed, batteries.Count, percent, now);
        var (source, doubt) = (claimed, _trend.Direction) switch
        {
            (not PowerState.OnBattery, < 0) => (PowerState.OnBattery, "the kernel reports no discharge, but the battery's charge is falling"),
            (not PowerState.OnAc, > 0) => (PowerState.OnAc, "the kernel reports no charger, but the battery's charge is rising"),
            _ => (claimed, problem),
        };

        _latest = source == PowerState.OnBattery ? Grade(batteries) : source;
        return new PowerReading(_latest, percent, source == PowerState.OnBattery ? TimeLeft(batteries) : null, doubt, supplies ?? []);
    }

    /// <summary>What the machine runs on according to the supplies' status.</summary>
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
            return (PowerState.Unknown, "the battery does not report whether it charges or discharges");
        }

        return external.Count > 0 || supplies.Any(supply => supply.Type.Length == 0)
            ? (PowerState.Unknown, "no adapter is online, and no battery is visible")
            : (PowerState.OnAc, null);
    }

    private void Follow(PowerState claimed, int batteries, int? percent, TimeSpan now)
    {
        if ((claimed, batteries) != (_claimed, _batteries))
        {
            // An adapter was plugged in or out, or a battery was exchanged, so earlier values had another cause.
            _trend.Reset();
            (_claimed, _batteries) = (claimed, batteries);
        }

        if (percent is { } known)
        {
            _trend.Add(known, now);
        }
    }

    // All batteries must be low, since machines with two empty one after the other. Batteries that do not report a charge do not prevent the alarm.
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

        // Weight batteries by their capacity if all of them report it.
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
