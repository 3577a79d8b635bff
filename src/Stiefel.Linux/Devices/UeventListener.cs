using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;

namespace Stiefel.Linux.Devices;

/// <summary>Receives the kernel's messages about devices that come and go (man 7 udev, NETLINK_KOBJECT_UEVENT).</summary>
public sealed class UeventListener : IDisposable
{
    private const uint KernelGroup = 1;

    private readonly NetlinkSocket _socket;

    private UeventListener(NetlinkSocket socket) => _socket = socket;

    /// <summary>Begins to listen. Enumerate existing devices after this call, so that none is missed.</summary>
    public static UeventListener Open() => new(NetlinkSocket.Open(LinuxNetlink.NETLINK_KOBJECT_UEVENT, KernelGroup));

    /// <summary>Waits for the next message. Null if the time is over, or if messages were lost and all devices must be enumerated again.</summary>
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
