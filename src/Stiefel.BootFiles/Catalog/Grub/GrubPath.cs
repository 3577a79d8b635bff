namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A path as a script wrote it, with the file system it means: that of the device before it in parentheses, else of `$root`.</summary>
/// <param name="Written">As the script has it.</param>
/// <param name="Device">What it names.</param>
/// <param name="Volume">The file system; null if this disk has none of that name.</param>
/// <param name="Path">The path in it.</param>
internal sealed record GrubPath(string Written, string Device, BootVolume? Volume, string Path)
{
    /// <summary>The whole name, which means the same whatever `$root` is later.</summary>
    public string Full => $"({Device}){Path}";

    /// <summary>True if it can be a file's: all others are lists of blocks.</summary>
    public bool IsFile => Path.StartsWith('/');

    /// <summary>As `test` understands it, which looks for a bare name at the top (grub-core/commands/test.c).</summary>
    public GrubPath ForTest() => Path.TrimEnd('/') is { Length: > 0 } name && !name.Contains('/', StringComparison.Ordinal) ? this with { Path = $"/{name}" } : this;

    /// <summary>For messages, and to be resolved again: the device stands before it if there is more than a directory.</summary>
    public override string ToString() => Volume is { Device: null } ? Path : Full;

    /// <summary>The blocks of a device, `8+2`, where a path should be; null if it is one.</summary>
    public (long Start, long Count)? Blocks
    {
        get
        {
            var plus = Path.IndexOf('+', StringComparison.Ordinal);
            var start = 0L;
            var fits = !Path.StartsWith('/') && plus >= 0 && (plus == 0 || long.TryParse(Path.AsSpan(0, plus), out start)) && start >= 0;
            return fits && long.TryParse(Path.AsSpan(plus + 1), out var count) && count > 0 ? (start, count) : null;
        }
    }
}
