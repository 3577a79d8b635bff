using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Stiefel.Linux.Interop.LinuxNetlink;

namespace Stiefel.Linux.Netlink;

/// <summary>A received message; the payload follows its nlmsghdr (man 7 netlink).</summary>
internal readonly record struct NetlinkMessage(ushort Type, ushort Flags, uint Sequence, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Reads the payload's fixed part, such as ifinfomsg. False if the message is too short for it.</summary>
    internal bool TryReadHeader<T>(out T header, out NetlinkAttributes attributes) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (Payload.Length < size)
        {
            header = default;
            attributes = default;
            return false;
        }

        header = MemoryMarshal.Read<T>(Payload.Span);
        attributes = new NetlinkAttributes(Payload.Span[Align(size)..]);
        return true;
    }

    /// <summary>Splits a datagram into its messages. If a header has an impossible length, the rest is dropped.</summary>
    internal static List<NetlinkMessage> Split(ReadOnlyMemory<byte> datagram)
    {
        List<NetlinkMessage> messages = [];
        var headerSize = Unsafe.SizeOf<nlmsghdr>();
        while (datagram.Length >= headerSize)
        {
            var header = MemoryMarshal.Read<nlmsghdr>(datagram.Span);
            if (header.nlmsg_len < headerSize || header.nlmsg_len > datagram.Length)
            {
                break;
            }

            var length = (int)header.nlmsg_len;
            messages.Add(new(header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq, datagram[headerSize..length]));
            datagram = datagram[Math.Min(Align(length), datagram.Length)..];
        }

        return messages;
    }

    internal static int Align(int length) => (length + 3) & ~3;
}
