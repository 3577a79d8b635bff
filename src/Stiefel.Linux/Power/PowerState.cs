namespace Stiefel.Linux.Power;

/// <summary>What a machine lives on. Each after <see cref="OnAc"/> is worse than the one before.</summary>
public enum PowerState
{
    /// <summary>It cannot be told.</summary>
    Unknown,

    /// <summary>Mains, or a machine that has no battery.</summary>
    OnAc,

    /// <summary>Its batteries.</summary>
    OnBattery,

    /// <summary>The same, and little is left.</summary>
    Low,

    /// <summary>The same, and it may end any minute.</summary>
    Critical,
}
