using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Stiefel.Linux.Interop.LinuxNetlink;

namespace Stiefel.Linux.Netlink;

/// <summary>The attributes of a message or of a nested attribute (man 7 netlink, struct nlattr), read in place with foreach.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public NetlinkAttribute Current { get; private set; }

    public readonly NetlinkAttributes GetEnumerator() => this;

    public bool MoveNext()
    {
        var headerSize = Unsafe.SizeOf<nlattr>();
        if (_rest.Length < headerSize)
        {
            return false;
        }

        var header = MemoryMarshal.Read<nlattr>(_rest);
        if (header.nla_len < headerSize || header.nla_len > _rest.Length)
        {
            return false;
        }

        Current = new((ushort)(header.nla_type & ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER)), _rest[headerSize..header.nla_len]);
        _rest = _rest[Math.Min(NetlinkMessage.Align(header.nla_len), _rest.Length)..];
        return true;
    }
}

/// <summary>One attribute; numbers are in the machine's byte order, and a value too short for its type reads as zero.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    internal ushort Type { get; } = type;

    internal ReadOnlySpan<byte> Value { get; } = value;

    internal byte Byte => Read<byte>();

    internal ushort UInt16 => Read<ushort>();

    internal uint UInt32 => Read<uint>();

    internal ulong UInt64 => Read<ulong>();

    internal string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    internal NetlinkAttributes Nested => new(Value);

    private T Read<T>() where T : unmanaged => Value.Length >= Unsafe.SizeOf<T>() ? MemoryMarshal.Read<T>(Value) : default;
}
