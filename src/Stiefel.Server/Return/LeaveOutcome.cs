using Stiefel.Protocol.Control;

namespace Stiefel.Server.Return;

/// <summary>The result of asking the laptop to leave: it leaves, or one line says why not.</summary>
/// <param name="Leaving">How it leaves; null if it stays.</param>
/// <param name="Refusal">Why it stays; null if it leaves.</param>
/// <param name="Kind">The reason as one of the constants, for programs; null if it leaves.</param>
public sealed record LeaveOutcome(LeavingStatus? Leaving, string? Refusal = null, string? Kind = null)
{
    /// <summary>A desktop has the disk and has not said goodbye.</summary>
    public const string DiskInUse = "disk-in-use";

    /// <summary>The laptop is already leaving in another way.</summary>
    public const string LeavingOtherwise = "leaving-otherwise";

    /// <summary>The server is not allowed to restart the machine that it runs on.</summary>
    public const string NotManaged = "not-managed";
}
