using System.Buffers.Binary;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>Reads the data of an option field by field. After a field that is cut short, this and every later read returns false.</summary>
internal ref struct OptionData(ReadOnlySpan<byte> data)
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = data;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public bool TryReadUInt16(out ushort value)
    {
        var isThere = BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value);
        _rest = isThere ? _rest[2..] : default;
        return isThere;
    }

    public bool TryReadUInt32(out uint value)
    {
        var isThere = BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value);
        _rest = isThere ? _rest[4..] : default;
        return isThere;
    }

    public bool TryReadUInt64(out ulong value)
    {
        var isThere = BinaryPrimitives.TryReadUInt64BigEndian(_rest, out value);
        _rest = isThere ? _rest[8..] : default;
        return isThere;
    }

    public bool TryReadBytes(int length, out byte[] value)
    {
        var isThere = _rest.Length >= length;
        value = isThere ? _rest[..length].ToArray() : [];
        _rest = isThere ? _rest[length..] : default;
        return isThere;
    }

    /// <summary>Reads a string: 32 bits length, then UTF-8 without NUL (proto.md#conventions).</summary>
    public bool TryReadString(out string value)
    {
        value = "";
        if (!TryReadUInt32(out var length) || length > _rest.Length || !TryDecode(_rest[..(int)length], out value))
        {
            return false;
        }

        _rest = _rest[(int)length..];
        return true;
    }

    /// <summary>Decodes a string; false if it is longer than the protocol allows, holds a NUL, or is not valid UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out string value)
    {
        value = "";
        if (bytes.Length > NbdLimits.MaxStringLength || bytes.Contains((byte)0))
        {
            return false;
        }

        try
        {
            value = s_strictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
