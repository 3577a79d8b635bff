using Stiefel.Nbd.Wire;

namespace Stiefel.Attach.Agent;

/// <summary>
/// When the disk is no longer ours. A server that was killed honours our capability again as soon as it listens, so one that goes on saying
/// that it does not know it never will: another desktop has taken the disk over, or the key was revoked, or the laptop began anew. To hold
/// every program of this desktop in a wait that cannot end well would hide that; they get their errors.
/// </summary>
/// <param name="milliseconds">A clock.</param>
internal sealed class DiskLossDetector(Func<long> milliseconds)
{
    /// <summary>Refused for so long without a break; many times what a server needs between listening and knowing its capabilities.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private long? _refusedSince;

    /// <summary>Hears of every failed try, and of what was missing for one (null); true once there is nothing left to wait for.</summary>
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
