using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Power;

/// <summary>A mains adapter, battery or port as the kernel describes it (Documentation/ABI/testing/sysfs-class-power). Implausible numbers are null.</summary>
public sealed record PowerSupply
{
    private const int All = 100;
    private const string Battery = "Battery";
    private const string Usb = "USB";

    /// <summary>The kernel's name: `AC`, `BAT0`, `ucsi-source-psy-USBC000:001`.</summary>
    public required string Name { get; init; }

    /// <summary>`Mains`, `Battery`, `USB`, `UPS` or `Wireless`; empty if it cannot be read.</summary>
    public string Type { get; init; } = "";

    /// <summary>True if it supplies power; null if it does not report that.</summary>
    public bool? Online { get; init; }

    /// <summary>A battery's status: `Charging`, `Discharging`, `Full`, `Not charging` or `Unknown`.</summary>
    public string Status { get; init; } = "";

    /// <summary>How full a battery is, 0 to 100.</summary>
    public int? Percent { get; init; }

    /// <summary>What a battery holds, and what it loses or gains in an hour.</summary>
    public BatteryCharge? Charge { get; init; }

    /// <summary>The time until the battery is empty, by its own estimate.</summary>
    public TimeSpan? TimeToEmpty { get; init; }

    /// <summary>True if it does not power this machine: it belongs to a mouse or keyboard, its bay is empty, or it is a port that supplies power to others.</summary>
    public bool IsForeign { get; init; }

    /// <summary>True for one of this machine's own batteries.</summary>
    public bool IsBattery => Type == Battery && !IsForeign;

    /// <summary>True if it may power this machine from outside.</summary>
    public bool IsExternal => Type.Length > 0 && Type != Battery && !IsForeign;

    /// <summary>Reads a supply, which may vanish meanwhile.</summary>
    /// <param name="directory">Its directory in sysfs.</param>
    public static PowerSupply Read(string directory)
    {
        string Text(string attribute) => SysfsText.Read(Path.Combine(directory, attribute));
        var type = Text("type");
        var charge = BatteryCharge.Read(Text, "energy_now", "energy_full", "power_now") ?? BatteryCharge.Read(Text, "charge_now", "charge_full", "current_now");
        return new PowerSupply
        {
            Name = Path.GetFileName(directory),
            Type = type,
            Online = Text("online") switch { "0" => false, "1" or "2" => true, _ => null },
            Status = Text("status"),
            Percent = ReadPercent(Text("capacity")) ?? charge?.Percent,
            Charge = charge,
            TimeToEmpty = int.TryParse(Text("time_to_empty_now"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : null,
            IsForeign = Text("scope") == "Device" || (type == Battery && Text("present") == "0") || (type == Usb && GivesPowerAway(directory)),
        };
    }

    // Some batteries report 101 percent; far larger values are garbage.
    private static int? ReadPercent(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 2 * All ? Math.Min(percent, All) : null;

    // The supplies of a USB-C controller are `online` even while this machine charges a telephone; the ports tell the direction (sysfs-class-typec).
    private static bool GivesPowerAway(string directory)
    {
        var ports = Path.Combine(directory, "device", "typec");
        List<string> roles = [.. (SysfsText.List(ports, PowerSupplies.Most) ?? []).Select(port => SysfsText.Read(Path.Combine(ports, port, "power_role")))];
        return roles.Exists(role => role.Contains("[source]", StringComparison.Ordinal)) && !roles.Exists(role => role.Contains("[sink]", StringComparison.Ordinal));
    }
}
