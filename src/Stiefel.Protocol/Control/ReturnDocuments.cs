namespace Stiefel.Protocol.Control;

/// <summary>The ways in which a laptop leaves its server ramdisk.</summary>
public static class LeaveWords
{
    /// <summary>It switches itself off.</summary>
    public const string PowerOff = "power-off";

    /// <summary>It restarts, and its firmware starts its own boot loader.</summary>
    public const string Restart = "restart";

    /// <summary>It starts the kernel of its own system at once.</summary>
    public const string Kexec = "kexec";

    /// <summary>It stays, for the next desktop.</summary>
    public const string Wait = "wait";
}

/// <summary>That the laptop leaves.</summary>
/// <param name="Action">One of <see cref="LeaveWords"/>.</param>
/// <param name="Because">One line for people.</param>
/// <param name="Since">When that was decided.</param>
public sealed record LeavingStatus(string Action, string Because, DateTimeOffset Since);

/// <summary>The laptop's way back to its own system.</summary>
/// <param name="OnCleanEnd">What it does when its desktop has ended: one of <see cref="LeaveWords"/>.</param>
/// <param name="FailedReturns">How many returns before this start led back here; null if this machine cannot remember.</param>
/// <param name="Held">Why it does not return by itself any more; null if it may.</param>
/// <param name="Leaving">That it leaves; null if it does not.</param>
public sealed record ReturnStatus(string OnCleanEnd, int? FailedReturns, string? Held, LeavingStatus? Leaving);
