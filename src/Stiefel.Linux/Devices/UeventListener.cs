using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;

namespace Stiefel.Linux.Devices;

/// <summary>The kernel's announcements of devices that come and go (man 7 udev, NETLINK_KOBJECT_UEVENT).</summary>
public sealed class UeventListener : IDisposable
{
    private const uint KernelGroup = 1;

    private readonly NetlinkSocket _socket;

    private UeventListener(NetlinkSocket socket) => _socket = socket;

    /// <summary>From now on; look at what is there already after this call and nothing is missed.</summary>
    public static UeventListener Open() => new(NetlinkSocket.Open(LinuxNetlink.NETLINK_KOBJECT_UEVENT, KernelGroup));

    /// <summary>Waits for the next announcement. Null if the time is over, or if some were lost and everything must be looked at anew.</summary>
    public Uevent? Next(TimeSpan atMost)
    {
        var deadline = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (_socket.WaitReadable((int)Math.Max(0, deadline - Environment.TickCount64)))
        {
            try
            {
                if (Uevent.Parse(_socket.ReceiveRaw("uevents").Span) is { } uevent)
                {
                    return uevent;
                }
            }
            catch (LinuxException exception) when (exception.Errno == Errno.ENOBUFS)
            {
                return null;
            }
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();
}
