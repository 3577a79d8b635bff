using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Stiefel.Protocol.Keys;

/// <summary>The public name of a session: 16 bytes, not secret, 32 hexadecimal digits in logs.</summary>
public readonly record struct SessionId
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 _value;

    private SessionId(UInt128 value) => _value = value;

    /// <summary>Reads 16 bytes.</summary>
    public static SessionId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Parses the text that <see cref="ToString"/> returns.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SessionId id)
    {
        id = default;
        if (text is not { Length: 2 * Size } || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        id = new SessionId(value);
        return true;
    }

    /// <summary>Writes 16 bytes.</summary>
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => _value.ToString("x32", CultureInfo.InvariantCulture);
}
