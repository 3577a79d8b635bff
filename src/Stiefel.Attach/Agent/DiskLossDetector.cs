using Stiefel.Nbd.Wire;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Decides when the disk no longer belongs to this desktop. A server that was killed honours the capability again as soon as it listens, so a server
/// that keeps refusing it always will: another desktop has taken the disk over, the key was revoked, or the laptop was restarted. Waiting for ever would
/// hide that from the programs on this desktop, so they get I/O errors instead.
/// </summary>
/// <param name="milliseconds">A clock that counts milliseconds.</param>
internal sealed class DiskLossDetector(Func<long> milliseconds)
{
    /// <summary>The time of unbroken refusals after which the disk is lost; many times what a server needs between listening and knowing its capabilities.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private long? _refusedSince;

    /// <summary>Takes the outcome of every failed try, or null if the link was missing; true once the disk is lost.</summary>
    internal bool IsLostAfter(Exception? failure)
    {
        if (failure is not NbdProtocolException { IsUnknownExport: true })
        {
            _refusedSince = null;
            return false;
        }

        _refusedSince ??= milliseconds();
        return milliseconds() - _refusedSince >= Patience.TotalMilliseconds;
    }
}
