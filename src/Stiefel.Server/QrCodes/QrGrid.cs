namespace Stiefel.Server.QrCodes;

/// <summary>The square of modules (ISO/IEC 18004 §6.3 and §7.7 to §7.9). What stands there whatever the text is, is fixed: codewords and masks leave it alone.</summary>
internal sealed class QrGrid
{
    private const int LevelL = 0b01;
    private const int FormatPolynomial = 0x537;
    private const int FormatMask = 0x5412;

    private readonly bool[,] _dark;
    private readonly bool[,] _isFixed;

    public QrGrid(int version)
    {
        Size = 17 + (4 * version);
        _dark = new bool[Size, Size];
        _isFixed = new bool[Size, Size];
        for (var i = 0; i < Size; i++)
        {
            Fix(6, i, i % 2 == 0);
            Fix(i, 6, i % 2 == 0);
        }

        DrawRings(3, 3, 4);
        DrawRings(Size - 4, 3, 4);
        DrawRings(3, Size - 4, 4);
        if (version > 1)
        {
            DrawRings(Size - 7, Size - 7, 2);
        }

        DrawFormat(mask: 0);
    }

    /// <summary>Modules on each side.</summary>
    public int Size { get; }

    public bool this[int x, int y] => _dark[x, y];

    /// <summary>Lays the codewords' bits out, upwards and downwards in turn, two columns at a time, from the right.</summary>
    public void Place(ReadOnlySpan<byte> words)
    {
        var bit = 0;
        for (var right = Size - 1; right > 0; right -= right == 8 ? 3 : 2)
        {
            // Skip the column of the timing pattern.
            var isUpward = ((right + (right < 6 ? 1 : 0)) & 2) == 0;
            for (var step = 0; step < Size * 2; step++)
            {
                var (x, y) = (right - (step % 2), isUpward ? Size - 1 - (step / 2) : step / 2);
                if (!_isFixed[x, y] && bit < words.Length * 8)
                {
                    _dark[x, y] = ((words[bit / 8] >> (7 - (bit % 8))) & 1) != 0;
                    bit++;
                }
            }
        }
    }

    /// <summary>Applies a mask, and writes its number into the format information.</summary>
    public void Mask(int mask)
    {
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                _dark[x, y] ^= !_isFixed[x, y] && QrMask.Turns(mask, x, y);
            }
        }

        DrawFormat(mask);
    }

    // A finder or alignment pattern: rings round a middle, dark and light in turn; a finder's outermost ring is its light border.
    private void DrawRings(int middleX, int middleY, int radius)
    {
        for (var dy = -radius; dy <= radius; dy++)
        {
            for (var dx = -radius; dx <= radius; dx++)
            {
                var (x, y, ring) = (middleX + dx, middleY + dy, Math.Max(Math.Abs(dx), Math.Abs(dy)));
                if (x >= 0 && x < Size && y >= 0 && y < Size)
                {
                    Fix(x, y, radius == 4 ? ring is not (2 or 4) : ring != 1);
                }
            }
        }
    }

    private void DrawFormat(int mask)
    {
        var data = (LevelL << 3) | mask;
        var remainder = data;
        for (var i = 0; i < 10; i++)
        {
            remainder = (remainder << 1) ^ ((remainder >> 9) * FormatPolynomial);
        }

        var bits = ((data << 10) | remainder) ^ FormatMask;
        for (var i = 0; i < 15; i++)
        {
            var isDark = ((bits >> i) & 1) != 0;

            // Once round the finder at the upper left, stepping over the timing patterns, and once beside the two others.
            Fix(i < 8 ? 8 : i == 8 ? 7 : 14 - i, i < 6 ? i : i < 8 ? i + 1 : 8, isDark);
            Fix(i < 8 ? Size - 1 - i : 8, i < 8 ? 8 : Size - 15 + i, isDark);
        }

        Fix(8, Size - 8, true);
    }

    private void Fix(int x, int y, bool isDark) => (_dark[x, y], _isFixed[x, y]) = (isDark, true);
}
