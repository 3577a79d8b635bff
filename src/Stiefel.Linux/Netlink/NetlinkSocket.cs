using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Stiefel.Linux.Interop.LinuxNetlink;

namespace Stiefel.Linux.Netlink;

/// <summary>A netlink socket (man 7 netlink), either for requests and answers or for multicast events, never for both.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    // Large enough for every datagram of a dump (the kernel fills at most 32 KiB) and for uevents (2 KiB).
    private const int ReceiveBufferSize = 64 * 1024;

    // A burst of events must fit (a USB dock causes dozens); beyond that the kernel reports ENOBUFS.
    private const int EventQueueSize = 1024 * 1024;

    private readonly SafeFileHandle _socket;
    private readonly byte[] _buffer = new byte[ReceiveBufferSize];
    private uint _sequence;

    private NetlinkSocket(SafeFileHandle socket) => _socket = socket;

    /// <param name="protocol">NETLINK_ROUTE or another protocol.</param>
    /// <param name="groupMask">Multicast groups 1 to 32 as bits, as uevent sockets need them.</param>
    internal static NetlinkSocket Open(int protocol, uint groupMask = 0)
    {
        var handle = SysSocket.socket(SysSocket.AF_NETLINK, SysSocket.SOCK_RAW | SysSocket.SOCK_CLOEXEC, protocol);
        if (handle.IsInvalid)
        {
            throw LinuxException.FromLastError($"socket(AF_NETLINK, SOCK_RAW, {protocol})");
        }

        var socket = new NetlinkSocket(handle);
        var address = new sockaddr_nl { nl_family = SysSocket.AF_NETLINK, nl_groups = groupMask };
        if (SysSocket.bind(handle, &address, (uint)Unsafe.SizeOf<sockaddr_nl>()) != 0)
        {
            var failure = LinuxException.FromLastError($"bind(AF_NETLINK {protocol}, groups 0x{groupMask:x})");
            socket.Dispose();
            throw failure;
        }

        // Ask for the kernel's reasons as text, and for errors without a copy of the request. Kernels before 4.12 support neither, which does no harm.
        _ = socket.SetOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        _ = socket.SetOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
        _ = socket.SetOption(SysSocket.SOL_SOCKET, SysSocket.SO_RCVBUF, EventQueueSize);
        return socket;
    }

    /// <summary>Joins a multicast group by number.</summary>
    internal void Join(uint group)
    {
        if (!SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)group))
        {
            throw LinuxException.FromLastError($"setsockopt(NETLINK_ADD_MEMBERSHIP, {group})");
        }
    }

    /// <summary>Sends a request and collects the whole answer. Throws <see cref="LinuxException"/> with the kernel's reason if it refuses.</summary>
    internal List<NetlinkMessage> Request(NetlinkRequest request)
    {
        var sequence = ++_sequence;
        Send(request, sequence);
        List<NetlinkMessage> answer = [];
        while (true)
        {
            foreach (var message in Receive(request.What))
            {
                if (message.Sequence != sequence)
                {
                    continue;
                }

                if (message.Type is NLMSG_ERROR or NLMSG_DONE)
                {
                    ThrowIfRefused(request, message);
                    return answer;
                }

                answer.Add(message);
            }
        }
    }

    private void Send(NetlinkRequest request, uint sequence)
    {
        var bytes = request.ToBytes(sequence);
        try
        {
            fixed (byte* message = bytes)
            {
                if (SysSocket.send(_socket, message, (nuint)bytes.Length, 0) < 0)
                {
                    throw LinuxException.FromLastError($"send(netlink {request.What})");
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            request.Wipe();
        }
    }

    /// <summary>True if something can be received within the given time; -1 waits forever.</summary>
    internal bool WaitReadable(int timeoutMilliseconds)
    {
        var held = false;
        try
        {
            _socket.DangerousAddRef(ref held);
            var descriptor = new Poll.pollfd { fd = (int)_socket.DangerousGetHandle(), events = Poll.POLLIN };
            var ready = Poll.poll(&descriptor, 1, timeoutMilliseconds);
            if (ready < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.FromLastError("poll(netlink)");
            }

            return ready > 0;
        }
        finally
        {
            if (held)
            {
                _socket.DangerousRelease();
            }
        }
    }

    /// <summary>Receives one datagram from the kernel as raw bytes, valid until the next call; empty for a datagram from another sender.</summary>
    internal ReadOnlyMemory<byte> ReceiveRaw(string what)
    {
        var sender = new sockaddr_nl();
        var senderSize = (uint)Unsafe.SizeOf<sockaddr_nl>();
        while (true)
        {
            nint received;
            fixed (byte* buffer = _buffer)
            {
                received = SysSocket.recvfrom(_socket, buffer, (nuint)_buffer.Length, SysSocket.MSG_TRUNC, &sender, &senderSize);
            }

            if (received >= 0)
            {
                // Any process may send to a netlink socket; only the kernel has port 0. A truncated datagram cannot be used.
                return sender.nl_pid == 0 && received <= _buffer.Length ? _buffer.AsMemory(0, (int)received) : default;
            }

            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.FromLastError($"recv(netlink {what})");
            }
        }
    }

    /// <summary>Receives one datagram and splits it into messages, which stay valid.</summary>
    internal List<NetlinkMessage> Receive(string what) => NetlinkMessage.Split(ReceiveRaw(what).ToArray());

    public void Dispose()
    {
        // The answer about a WireGuard device contains its keys.
        CryptographicOperations.ZeroMemory(_buffer);
        _socket.Dispose();
    }

    private bool SetOption(int level, int option, int value) =>
        SysSocket.setsockopt(_socket, level, option, &value, sizeof(int)) == 0;

    private static void ThrowIfRefused(NetlinkRequest request, NetlinkMessage message)
    {
        if (message.Payload.Length < sizeof(int))
        {
            return;
        }

        var error = MemoryMarshal.Read<int>(message.Payload.Span);
        if (error >= 0)
        {
            return;
        }

        var reason = ReasonOf(message);
        throw new LinuxException(reason is null ? $"netlink {request.What}" : $"netlink {request.What} ({reason})", -error);
    }

    // NLMSG_ERROR holds an int error, the request's nlmsghdr (and its payload unless capped), then extended acknowledgement attributes.
    private static string? ReasonOf(NetlinkMessage message)
    {
        var attributesAt = message.Type == NLMSG_DONE ? sizeof(int) : sizeof(int) + Unsafe.SizeOf<nlmsghdr>();
        if ((message.Flags & NLM_F_ACK_TLVS) == 0 || message.Payload.Length < attributesAt)
        {
            return null;
        }

        foreach (var attribute in new NetlinkAttributes(message.Payload.Span[attributesAt..]))
        {
            if (attribute.Type == NLMSGERR_ATTR_MSG)
            {
                return attribute.Text;
            }
        }

        return null;
    }
}
