namespace Stiefel.Server.QrCodes;

/// <summary>The eight masks (ISO/IEC 18004 §7.8), and the penalty of each: large areas of one colour and patterns like a finder are hard to read.</summary>
internal static class QrMask
{
    /// <summary>Number of masks.</summary>
    public const int Count = 8;

    // A finder's line across with four light modules before or after, and the same backwards.
    private const int LineBits = 11;
    private const int FinderAtEnd = 0b00001011101;
    private const int FinderAtBegin = 0b10111010000;

    /// <summary>True where a mask inverts a module.</summary>
    public static bool Turns(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    /// <summary>The penalty of a masked grid; the lowest is best.</summary>
    public static int PointsAgainst(QrGrid grid)
    {
        var (points, dark) = (0, 0);
        for (var line = 0; line < grid.Size; line++)
        {
            var (row, column) = (line, line);
            points += OfLine(grid.Size, i => grid[i, row]) + OfLine(grid.Size, i => grid[column, i]);
            for (var x = 0; x < grid.Size; x++)
            {
                dark += grid[x, line] ? 1 : 0;
                points += x > 0 && line > 0 && grid[x, line] == grid[x - 1, line] && grid[x, line] == grid[x, line - 1] && grid[x, line] == grid[x - 1, line - 1] ? 3 : 0;
            }
        }

        // Ten points for each whole five per cent away from half dark.
        return points + (10 * (Math.Abs((20 * dark) - (10 * grid.Size * grid.Size)) / (grid.Size * grid.Size)));
    }

    private static int OfLine(int size, Func<int, bool> isDark)
    {
        var (points, run, bits) = (0, 0, 0);
        for (var i = 0; i < size; i++)
        {
            run = i > 0 && isDark(i) == isDark(i - 1) ? run + 1 : 1;
            points += run == 5 ? 3 : run > 5 ? 1 : 0;
            bits = ((bits << 1) | (isDark(i) ? 1 : 0)) & ((1 << LineBits) - 1);
            points += i >= LineBits - 1 && bits is FinderAtBegin or FinderAtEnd ? 40 : 0;
        }

        return points;
    }
}
