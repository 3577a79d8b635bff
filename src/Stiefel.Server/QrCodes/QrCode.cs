using System.Text;

namespace Stiefel.Server.QrCodes;

/// <summary>A QR code (ISO/IEC 18004) of a short text, as letters on a terminal.</summary>
public static class QrCode
{
    /// <summary>The light border: half of what the standard wants, since a dark screen is around it. A reader of the tests takes it.</summary>
    private const int Border = 2;

    /// <summary>The rows of a picture, light on dark, in which each letter is two modules: the upper and the lower half of a cell, which is twice as high as wide.</summary>
    /// <exception cref="ArgumentException">The text is too long.</exception>
    public static IReadOnlyList<string> Draw(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Draw(Encode(Encoding.ASCII.GetBytes(text)));
    }

    /// <inheritdoc cref="Draw(string)"/>
    internal static IReadOnlyList<string> Draw(QrGrid grid)
    {
        var rows = new List<string>();
        for (var y = -Border; y < grid.Size + Border; y += 2)
        {
            var row = new StringBuilder();
            for (var x = -Border; x < grid.Size + Border; x++)
            {
                row.Append((IsLight(grid, x, y), IsLight(grid, x, y + 1)) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }

            rows.Add(row.ToString());
        }

        return rows;
    }

    /// <summary>The grid of a text with the mask that reads best.</summary>
    internal static QrGrid Encode(ReadOnlySpan<byte> text)
    {
        var (best, least) = (0, int.MaxValue);
        for (var mask = 0; mask < QrMask.Count; mask++)
        {
            var points = QrMask.PointsAgainst(Encode(text, mask));
            (best, least) = points < least ? (mask, points) : (best, least);
        }

        return Encode(text, best);
    }

    /// <summary>The grid of a text with this mask.</summary>
    internal static QrGrid Encode(ReadOnlySpan<byte> text, int mask)
    {
        var version = QrCodewords.VersionFor(text.Length);
        var grid = new QrGrid(version);
        grid.Place(QrCodewords.Of(text, version));
        grid.Mask(mask);
        return grid;
    }

    private static bool IsLight(QrGrid grid, int x, int y) => x < 0 || y < 0 || x >= grid.Size || y >= grid.Size ? y < grid.Size + Border : !grid[x, y];
}
