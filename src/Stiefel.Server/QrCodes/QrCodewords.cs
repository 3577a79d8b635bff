namespace Stiefel.Server.QrCodes;

/// <summary>
/// A text's codewords (ISO/IEC 18004 §7.4 and §7.5): byte mode and error correction level L, in versions 1 to 5, whose codewords are one block each.
/// </summary>
internal static class QrCodewords
{
    private const int ByteMode = 0b0100;
    private const int FieldPolynomial = 0x11d;

    // By version: how many codewords hold data, and how many correct errors.
    private static readonly (int Data, int Correction)[] s_versions = [(19, 7), (34, 10), (55, 15), (80, 20), (108, 26)];

    /// <summary>Largest number of bytes that fit: mode and length take twelve bits.</summary>
    public static int MostBytes => s_versions[^1].Data - 2;

    /// <summary>The smallest version that holds this many bytes.</summary>
    public static int VersionFor(int bytes) =>
        bytes <= MostBytes ? Array.FindIndex(s_versions, version => version.Data - 2 >= bytes) + 1 : throw new ArgumentException($"{bytes} bytes are more than the {MostBytes} that fit", nameof(bytes));

    /// <summary>All codewords of a text in this version.</summary>
    public static byte[] Of(ReadOnlySpan<byte> text, int version)
    {
        var (data, correction) = s_versions[version - 1];
        var words = new byte[data + correction];
        words[0] = (byte)((ByteMode << 4) | (text.Length >> 4));
        words[1] = (byte)(text.Length << 4);
        for (var i = 0; i < text.Length; i++)
        {
            words[i + 1] |= (byte)(text[i] >> 4);
            words[i + 2] = (byte)(text[i] << 4);
        }

        // The low half of the byte after the text is the terminator; these two bytes in turn fill the rest.
        for (var i = text.Length + 2; i < data; i++)
        {
            words[i] = (i - text.Length) % 2 == 0 ? (byte)0xec : (byte)0x11;
        }

        Correct(words.AsSpan(0, data), words.AsSpan(data));
        return words;
    }

    // The remainder of a division by the generator polynomial (x - 1)(x - 2)(x - 4)…, Reed and Solomon's code.
    private static void Correct(ReadOnlySpan<byte> data, Span<byte> correction)
    {
        Span<byte> generator = stackalloc byte[correction.Length];
        generator[^1] = 1;
        byte root = 1;
        for (var i = 0; i < generator.Length; i++)
        {
            for (var j = 0; j < generator.Length; j++)
            {
                generator[j] = (byte)(Product(generator[j], root) ^ (j + 1 < generator.Length ? generator[j + 1] : 0));
            }

            root = Product(root, 2);
        }

        foreach (var word in data)
        {
            var factor = (byte)(word ^ correction[0]);
            correction[1..].CopyTo(correction);
            correction[^1] = 0;
            for (var j = 0; j < generator.Length; j++)
            {
                correction[j] ^= Product(generator[j], factor);
            }
        }
    }

    private static byte Product(byte one, byte other)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            product = (product << 1) ^ ((product >> 7) * FieldPolynomial);
            product ^= ((other >> bit) & 1) * one;
        }

        return (byte)product;
    }
}
