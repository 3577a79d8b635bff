namespace Stiefel.Linux.Power;

/// <summary>What a machine runs on. Each value after <see cref="OnAc"/> is worse than the one before.</summary>
public enum PowerState
{
    /// <summary>The state is unknown.</summary>
    Unknown,

    /// <summary>The machine runs on mains, or has no battery.</summary>
    OnAc,

    /// <summary>The machine runs on its batteries.</summary>
    OnBattery,

    /// <summary>The machine runs on its batteries, and their charge is low.</summary>
    Low,

    /// <summary>The machine runs on its batteries, and may stop at any minute.</summary>
    Critical,
}
