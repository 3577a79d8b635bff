namespace Stiefel.Protocol.Control;

/// <summary>The words for how a laptop leaves its server ramdisk.</summary>
public static class LeaveWords
{
    /// <summary>The laptop powers off.</summary>
    public const string PowerOff = "power-off";

    /// <summary>The laptop restarts through its firmware and its own boot loader.</summary>
    public const string Restart = "restart";

    /// <summary>The laptop starts the kernel of its own system directly.</summary>
    public const string Kexec = "kexec";

    /// <summary>The laptop stays in the ramdisk and waits for the next desktop.</summary>
    public const string Wait = "wait";
}

/// <summary>States that the laptop is leaving, and how.</summary>
/// <param name="Action">One of <see cref="LeaveWords"/>.</param>
/// <param name="Because">The reason, one line for people.</param>
/// <param name="Since">When the decision was made.</param>
public sealed record LeavingStatus(string Action, string Because, DateTimeOffset Since);

/// <summary>The laptop's way back to its own system.</summary>
/// <param name="OnCleanEnd">What the laptop does after a desktop's clean end: one of <see cref="LeaveWords"/>.</param>
/// <param name="FailedReturns">Number of returns in a row that led back into the ramdisk; null if this machine cannot remember them.</param>
/// <param name="Held">Why the laptop no longer returns by itself; null if it may.</param>
/// <param name="Leaving">Set if the laptop is leaving now.</param>
public sealed record ReturnStatus(string OnCleanEnd, int? FailedReturns, string? Held, LeavingStatus? Leaving);
