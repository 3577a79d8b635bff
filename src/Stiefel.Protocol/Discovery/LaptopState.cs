using System.Buffers.Binary;
using System.Text;

namespace Stiefel.Protocol.Discovery;

/// <summary>What a laptop that runs its own system does after a call (docs/protocol.md#what-the-laptop-does). It is always sent encrypted, for holders of the key only.</summary>
/// <param name="Id">The laptop's id, 16 lower-case hexadecimal digits.</param>
/// <param name="Number">Rises as long as the laptop's kernel runs, so that an older state is recognised.</param>
/// <param name="Stage">What the laptop does.</param>
/// <param name="Seconds">How long it lasts; 0 if that is unknown.</param>
/// <param name="Text">The reason in words, at most <see cref="MaxTextBytes"/> bytes of UTF-8; may be empty.</param>
public sealed record LaptopState(string Id, uint Number, LaptopStage Stage, ushort Seconds, string Text)
{
    /// <summary>Largest size of a text, in bytes of UTF-8.</summary>
    public const int MaxTextBytes = Size - TextOffset;

    //  0 id, 8 bytes · 8 number, u32 · 12 stage · 13 seconds, u16 · 15 length of the text, 1 byte · 16 the text, then zeros
    private const int Size = LaptopIdentity.Size;
    private const int NumberOffset = LaptopIdentity.IdLength / 2;
    private const int StageOffset = NumberOffset + sizeof(uint);
    private const int SecondsOffset = StageOffset + 1;
    private const int LengthOffset = SecondsOffset + sizeof(ushort);
    private const int TextOffset = LengthOffset + 1;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        Convert.FromHexString(Id, bytes, out _, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[NumberOffset..], Number);
        bytes[StageOffset] = (byte)Stage;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[SecondsOffset..], Seconds);

        // Convert as many whole characters as fit.
        Encoding.UTF8.GetEncoder().Convert(Text, bytes[TextOffset..Size], flush: true, out _, out var length, out _);
        bytes[LengthOffset] = (byte)length;
    }

    internal static LaptopState? Read(ReadOnlySpan<byte> bytes)
    {
        int length = bytes[LengthOffset];
        if (bytes.Length != Size || length > MaxTextBytes || bytes[(TextOffset + length)..].ContainsAnyExcept((byte)0))
        {
            return null;
        }

        try
        {
            return new LaptopState(
                Convert.ToHexStringLower(bytes[..NumberOffset]),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[NumberOffset..]),
                (LaptopStage)bytes[StageOffset],
                BinaryPrimitives.ReadUInt16BigEndian(bytes[SecondsOffset..]),
                s_strict.GetString(bytes.Slice(TextOffset, length)));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
