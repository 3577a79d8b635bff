using Stiefel.Protocol.Control;

namespace Stiefel.Server.Return;

/// <summary>What became of the wish that the laptop leave: it does, or one line that says why not.</summary>
/// <param name="Leaving">It leaves; null if it stays.</param>
/// <param name="Refusal">Why it stays.</param>
/// <param name="Kind">The same as a word for programs, one of the constants.</param>
public sealed record LeaveOutcome(LeavingStatus? Leaving, string? Refusal = null, string? Kind = null)
{
    /// <summary>A desktop has the disk and has not said goodbye.</summary>
    public const string DiskInUse = "disk-in-use";

    /// <summary>It leaves already, in another way.</summary>
    public const string LeavingOtherwise = "leaving-otherwise";

    /// <summary>What the server runs on is not its to restart.</summary>
    public const string NotManaged = "not-managed";
}
