namespace Stiefel.Protocol.Control;

/// <summary>The words for what a laptop lives on; a later server may know more.</summary>
public static class PowerStates
{
    /// <summary>It cannot be told.</summary>
    public const string Unknown = "unknown";

    /// <summary>Mains, or a machine without a battery.</summary>
    public const string OnAc = "on-ac";

    /// <summary>Its batteries.</summary>
    public const string OnBattery = "on-battery";

    /// <summary>The same, and little is left.</summary>
    public const string Low = "low";

    /// <summary>The same, and it may end any minute.</summary>
    public const string Critical = "critical";

    /// <summary>Those that this version knows.</summary>
    public static IReadOnlyList<string> All { get; } = [Unknown, OnAc, OnBattery, Low, Critical];
}

/// <summary>GET /api/v1/power: what the laptop lives on, and for how long.</summary>
/// <param name="State">One of <see cref="PowerStates"/>.</param>
/// <param name="Since">Since when; since the server's start if it was so before.</param>
/// <param name="Percent">How full all batteries are together; null without any that says so.</param>
/// <param name="MinutesLeft">Until they are empty; null on mains, or if it cannot be told.</param>
/// <param name="Doubt">Why the state is not what the kernel's labels say, or cannot be told; null if they agree.</param>
/// <param name="Supplies">Adapters and batteries as the kernel describes them.</param>
/// <param name="Alarm">What the laptop does about it.</param>
public sealed record PowerStatus(
    string State, DateTimeOffset Since, int? Percent, int? MinutesLeft, string? Doubt, IReadOnlyList<PowerSupplyStatus> Supplies, AlarmStatus Alarm);

/// <summary>An adapter or a battery.</summary>
/// <param name="Name">The kernel's.</param>
/// <param name="Type">The kernel's word: Mains, Battery, USB; empty if it cannot be read.</param>
/// <param name="Online">It gives power; null if it does not say.</param>
/// <param name="Status">The kernel's word of a battery: Charging, Discharging, Full, Not charging; empty if it does not say.</param>
/// <param name="Percent">How full a battery is; null if it does not say.</param>
/// <param name="Counts">False for the battery of a mouse, an empty place, or a port that gives power away.</param>
public sealed record PowerSupplyStatus(string Name, string Type, bool? Online, string Status, int? Percent, bool Counts);

/// <summary>The laptop's beeps.</summary>
/// <param name="IsOn">It beeps when its power is in danger (the setting Power:Beep).</param>
/// <param name="HasSpeaker">There is a device that makes sounds; whether a loudspeaker hangs on it, no program can tell. Lights of the keyboard flash besides.</param>
/// <param name="IsSilenced">It is silent until the state becomes worse, or has been on-ac.</param>
public sealed record AlarmStatus(bool IsOn, bool HasSpeaker, bool IsSilenced);

/// <summary>POST /api/v1/beep: one of both.</summary>
/// <param name="Test">A state, one of <see cref="PowerStates"/>, whose pattern shall sound once.</param>
/// <param name="Silence">True ends the beeps until the state becomes worse, or has been on-ac; false lets them sound again.</param>
public sealed record BeepRequest(string? Test = null, bool? Silence = null);
