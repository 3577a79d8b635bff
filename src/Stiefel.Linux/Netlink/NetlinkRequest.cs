using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using static Stiefel.Linux.Interop.LinuxNetlink;

namespace Stiefel.Linux.Netlink;

/// <summary>
/// Builds a message: nlmsghdr, a fixed part, attributes. Only this class fills in sizes and padding. The contents may include a key, so they are
/// overwritten after sending, and a request can be sent only once.
/// </summary>
internal sealed class NetlinkRequest
{
    private readonly ushort _type;
    private readonly ushort _flags;
    private byte[] _bytes = new byte[256];
    private int _length = Unsafe.SizeOf<nlmsghdr>();

    /// <param name="what">The request in words, for error messages: `RTM_NEWLINK eth0 up`.</param>
    internal NetlinkRequest(string what, ushort type, ushort flags = 0)
    {
        What = what;
        _type = type;
        _flags = (ushort)(flags | NLM_F_REQUEST);
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

    internal NetlinkRequest Attribute(ushort type, byte value) => Attribute(type, new ReadOnlySpan<byte>(in value));

    internal NetlinkRequest Attribute(ushort type, ushort value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in value)));

    internal NetlinkRequest Attribute(ushort type, uint value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    internal NetlinkRequest Attribute(ushort type, ulong value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));

    /// <summary>Appends a string with its terminating zero, which the kernel expects of names.</summary>
    internal NetlinkRequest Attribute(ushort type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>Appends an attribute made of attributes.</summary>
    internal NetlinkRequest Nested(ushort type, Action<NetlinkRequest> fill)
    {
        var start = _length;
        Append(stackalloc byte[Unsafe.SizeOf<nlattr>()]);
        fill(this);
        var header = new nlattr { nla_len = checked((ushort)(_length - start)), nla_type = (ushort)(type | NLA_F_NESTED) };
        MemoryMarshal.Write(_bytes.AsSpan(start), header);
        return this;
    }

    /// <summary>The finished message; the answer has the same sequence number.</summary>
    internal byte[] ToBytes(uint sequence)
    {
        // A dump ends with NLMSG_DONE. Ask for an acknowledgement of everything else, so that a failure always has an answer.
        var header = new nlmsghdr
        {
            nlmsg_len = (uint)_length,
            nlmsg_type = _type,
            nlmsg_flags = IsDump ? _flags : (ushort)(_flags | NLM_F_ACK),
            nlmsg_seq = sequence,
        };
        var message = _bytes[.._length];
        MemoryMarshal.Write(message, header);
        return message;
    }

    /// <summary>Overwrites the contents.</summary>
    internal void Wipe()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _length = Unsafe.SizeOf<nlmsghdr>();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var end = _length + NetlinkMessage.Align(bytes.Length);
        if (end > _bytes.Length)
        {
            var larger = new byte[Math.Max(end, 2 * _bytes.Length)];
            _bytes.AsSpan(0, _length).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }

        // The buffer is zeroed, so the padding needs no writing.
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length = end;
    }
}
