namespace Stiefel.Protocol.Control;

/// <summary>The words for a laptop's power state; a later server may send others.</summary>
public static class PowerStates
{
    /// <summary>The state cannot be determined.</summary>
    public const string Unknown = "unknown";

    /// <summary>On mains power, or a machine without a battery.</summary>
    public const string OnAc = "on-ac";

    /// <summary>On battery.</summary>
    public const string OnBattery = "on-battery";

    /// <summary>On battery, and little charge is left.</summary>
    public const string Low = "low";

    /// <summary>On battery, which may be empty any minute.</summary>
    public const string Critical = "critical";

    /// <summary>The states that this version knows.</summary>
    public static IReadOnlyList<string> All { get; } = [Unknown, OnAc, OnBattery, Low, Critical];
}

/// <summary>Answer of GET /api/v1/power: the laptop's power state.</summary>
/// <param name="State">One of <see cref="PowerStates"/>.</param>
/// <param name="Since">When the state began, or the server's start if that is later.</param>
/// <param name="Percent">Combined charge of all batteries; null if no battery reports it.</param>
/// <param name="MinutesLeft">Minutes until the batteries are empty; null on mains power, or if unknown.</param>
/// <param name="Doubt">Why the state differs from what the kernel reports, or is unknown; null if they agree.</param>
/// <param name="Supplies">Adapters and batteries as the kernel describes them.</param>
/// <param name="Alarm">The state of the laptop's beeps.</param>
public sealed record PowerStatus(
    string State, DateTimeOffset Since, int? Percent, int? MinutesLeft, string? Doubt, IReadOnlyList<PowerSupplyStatus> Supplies, AlarmStatus Alarm);

/// <summary>An adapter or a battery.</summary>
/// <param name="Name">The kernel's name for it.</param>
/// <param name="Type">The kernel's word: Mains, Battery, USB; empty if it cannot be read.</param>
/// <param name="Online">True if it supplies power; null if it does not report that.</param>
/// <param name="Status">The kernel's word for a battery's status: Charging, Discharging, Full, Not charging; empty if it does not report one.</param>
/// <param name="Percent">Charge of a battery; null if it does not report it.</param>
/// <param name="Counts">False if it does not power the laptop: a mouse's battery, an empty bay, or a port that gives power away.</param>
public sealed record PowerSupplyStatus(string Name, string Type, bool? Online, string Status, int? Percent, bool Counts);

/// <summary>The laptop's beeps.</summary>
/// <param name="IsOn">True if the laptop beeps when its power runs low (the setting Power:Beep).</param>
/// <param name="HasSpeaker">True if there is a sound device; no program can tell whether a speaker is attached. The keyboard's lights flash as well.</param>
/// <param name="IsSilenced">True if the beeps are off until the state gets worse, or has been on-ac.</param>
public sealed record AlarmStatus(bool IsOn, bool HasSpeaker, bool IsSilenced);

/// <summary>Body of POST /api/v1/beep; one of the two members is set.</summary>
/// <param name="Test">A state, one of <see cref="PowerStates"/>, whose pattern is to sound once.</param>
/// <param name="Silence">True to stop the beeps until the state gets worse, or has been on-ac; false to let them sound again.</param>
public sealed record BeepRequest(string? Test = null, bool? Silence = null);
