using System.Globalization;

namespace Stiefel.Cli.Configuration;

/// <summary>Formats that Stiefel writes an initramfs in; the kernel can unpack all of them.</summary>
internal enum CompressionFormat
{
    None,
    Gzip,
    Xz,
    Zstd,
}

/// <summary>A compression and its level.</summary>
internal readonly record struct Compression(CompressionFormat Format, int Level)
{
    /// <summary>The texts that <see cref="TryParse"/> accepts, for messages.</summary>
    public const string Expected = "zstd, xz, gzip or none, optionally with a level: zstd -19";

    public static Compression None => new(CompressionFormat.None, 0);

    /// <summary>Reads `zstd`, `zstd:3`, and the command lines of old files: `zstd -3 -T0`, `pigz -11`, `cat`.</summary>
    public static bool TryParse(string text, out Compression compression)
    {
        compression = default;
        var words = text.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
        (CompressionFormat Format, int Level, int Highest)? known = words.FirstOrDefault() switch
        {
            "zstd" or "zstdmt" => (CompressionFormat.Zstd, 19, 19),
            "xz" or "pixz" => (CompressionFormat.Xz, 6, 9),
            "gzip" or "pigz" => (CompressionFormat.Gzip, 9, 9),
            "none" or "cat" => (CompressionFormat.None, 0, 0),
            _ => null,
        };
        if (known is not { } format)
        {
            return false;
        }

        var level = format.Level;
        foreach (var word in words.Skip(1).Where(word => word != "-T0" && word != "--ultra"))
        {
            if (format.Format == CompressionFormat.None
                || !int.TryParse(word.TrimStart('-'), NumberStyles.None, CultureInfo.InvariantCulture, out level)
                || level == 0)
            {
                return false;
            }
        }

        compression = new Compression(format.Format, Math.Min(level, format.Highest));
        return true;
    }

    public override string ToString() => Format == CompressionFormat.None ? "none" : $"{Format.ToString().ToLowerInvariant()} -{Level}";
}
