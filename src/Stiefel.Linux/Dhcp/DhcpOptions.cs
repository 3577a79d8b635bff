using System.Buffers.Binary;
using System.Net;

namespace Stiefel.Linux.Dhcp;

/// <summary>The options of a DHCP message (RFC 2132), also where they go on in the fields for file and server name (option 52).</summary>
internal readonly ref struct DhcpOptions
{
    private const int NameAt = 44, NameSize = 64, FileAt = 108, FileSize = 128, OptionsAt = 240;

    private readonly ReadOnlySpan<byte> _bootp;
    private readonly int _overload;

    /// <param name="bootp">A BOOTP message of 240 bytes or more, not trusted.</param>
    public DhcpOptions(ReadOnlySpan<byte> bootp)
    {
        _bootp = bootp;
        _overload = Find(bootp[OptionsAt..], DhcpFrame.OptionOverload, out var value) == 1 && value.Length == 1 ? value[0] & 3 : 0;
        IsDamaged = !IsWhole(bootp[OptionsAt..]) || ((_overload & 1) != 0 && !IsWhole(File)) || ((_overload & 2) != 0 && !IsWhole(Name));
    }

    /// <summary>True if an option is longer than what is left of the message.</summary>
    public bool IsDamaged { get; }

    /// <summary>True if the message names a file to boot, in its own field or as option 67.</summary>
    public bool NamesBootFile => ((_overload & 1) == 0 && File[0] != 0) || !Value(DhcpFrame.OptionBootFile).IsEmpty;

    /// <summary>True if the vendor class (option 60) begins so.</summary>
    public bool IsOfVendor(ReadOnlySpan<byte> name) => Value(DhcpFrame.OptionVendor).StartsWith(name);

    private ReadOnlySpan<byte> File => _bootp.Slice(FileAt, FileSize);

    private ReadOnlySpan<byte> Name => _bootp.Slice(NameAt, NameSize);

    /// <summary>An option of one byte; null if it is missing, there twice, or of another length. Likewise the others.</summary>
    public byte? Byte(byte option) => Value(option) is { Length: 1 } value ? value[0] : null;

    public uint? Number(byte option) => Value(option) is { Length: 4 } value ? BinaryPrimitives.ReadUInt32BigEndian(value) : null;

    public IPAddress? Address(byte option) => Value(option) is { Length: 4 } value ? new IPAddress(value) : null;

    /// <summary>The first of a list of addresses.</summary>
    public IPAddress? FirstAddress(byte option) => Value(option) is { Length: >= 4 } value && value.Length % 4 == 0 ? new IPAddress(value[..4]) : null;

    private ReadOnlySpan<byte> Value(byte option)
    {
        var times = Find(_bootp[OptionsAt..], option, out var value);
        if ((_overload & 1) != 0)
        {
            times += Find(File, option, out var inFile);
            value = inFile.IsEmpty ? value : inFile;
        }

        if ((_overload & 2) != 0)
        {
            times += Find(Name, option, out var inName);
            value = inName.IsEmpty ? value : inName;
        }

        return times == 1 ? value : default;
    }

    /// <summary>How often the option is there, and its last value.</summary>
    private static int Find(ReadOnlySpan<byte> options, byte option, out ReadOnlySpan<byte> value)
    {
        value = default;
        var times = 0;
        for (var rest = options; Next(rest, out var number, out var one, out rest);)
        {
            if (number == option)
            {
                value = one;
                times++;
            }
        }

        return times;
    }

    private static bool IsWhole(ReadOnlySpan<byte> options)
    {
        var rest = options;
        while (Next(rest, out _, out _, out rest))
        {
        }

        return rest.IsEmpty || rest[0] == DhcpFrame.OptionEnd;
    }

    private static bool Next(ReadOnlySpan<byte> options, out byte number, out ReadOnlySpan<byte> value, out ReadOnlySpan<byte> rest)
    {
        rest = options.TrimStart(DhcpFrame.OptionPad);
        number = 0;
        value = default;
        if (rest.Length < 2 || rest[0] == DhcpFrame.OptionEnd || rest.Length < 2 + rest[1])
        {
            return false;
        }

        number = rest[0];
        value = rest.Slice(2, rest[1]);
        rest = rest[(2 + value.Length)..];
        return true;
    }
}
