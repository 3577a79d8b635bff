using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Stiefel.Linux.Interop.LinuxNetlink;

namespace Stiefel.Linux.Netlink;

/// <summary>A message in the making: nlmsghdr, a fixed part, attributes. Sizes and padding are filled in here and nowhere else.</summary>
internal sealed class NetlinkRequest
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private readonly ushort _type;
    private readonly ushort _flags;

    /// <param name="what">What is asked, for error messages: `RTM_NEWLINK eth0 up`.</param>
    internal NetlinkRequest(string what, ushort type, ushort flags = 0)
    {
        What = what;
        _type = type;
        _flags = (ushort)(flags | NLM_F_REQUEST);
        _bytes.GetSpan(Unsafe.SizeOf<nlmsghdr>()).Clear();
        _bytes.Advance(Unsafe.SizeOf<nlmsghdr>());
    }

    internal string What { get; }

    internal bool IsDump => (_flags & NLM_F_DUMP) == NLM_F_DUMP;

    /// <summary>Appends the fixed part.</summary>
    internal NetlinkRequest Header<T>(T header) where T : unmanaged
    {
        Append(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in header)));
        return this;
    }

    internal NetlinkRequest Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var header = new nlattr { nla_len = checked((ushort)(Unsafe.SizeOf<nlattr>() + value.Length)), nla_type = type };
        Append(MemoryMarshal.AsBytes(new ReadOnlySpan<nlattr>(in header)));
        Append(value);
        return this;
    }

    internal NetlinkRequest Attribute(ushort type, uint value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    internal NetlinkRequest Attribute(ushort type, ulong value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));

    /// <summary>A string with its terminating zero, as the kernel wants names.</summary>
    internal NetlinkRequest Attribute(ushort type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>An attribute made of attributes.</summary>
    internal NetlinkRequest Nested(ushort type, Action<NetlinkRequest> fill)
    {
        var inner = new NetlinkRequest(What, 0);
        fill(inner);
        return Attribute((ushort)(type | NLA_F_NESTED), inner._bytes.WrittenSpan[Unsafe.SizeOf<nlmsghdr>()..]);
    }

    /// <summary>The finished message; the answer bears the same sequence number.</summary>
    internal byte[] ToBytes(uint sequence)
    {
        // A dump ends by itself with NLMSG_DONE; everything else is acknowledged, so that a failure always has an answer.
        var header = new nlmsghdr
        {
            nlmsg_len = (uint)_bytes.WrittenCount,
            nlmsg_type = _type,
            nlmsg_flags = IsDump ? _flags : (ushort)(_flags | NLM_F_ACK),
            nlmsg_seq = sequence,
        };
        var message = _bytes.WrittenSpan.ToArray();
        MemoryMarshal.Write(message, header);
        return message;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var padded = NetlinkMessage.Align(bytes.Length);
        var target = _bytes.GetSpan(padded)[..padded];
        target.Clear();
        bytes.CopyTo(target);
        _bytes.Advance(padded);
    }
}
