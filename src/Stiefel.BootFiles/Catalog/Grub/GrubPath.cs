namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A path in a script and the file system that it refers to: the device in parentheses before it, or else `$root`.</summary>
/// <param name="Written">The text in the script.</param>
/// <param name="Device">The name of the device.</param>
/// <param name="Volume">The file system; null if this disk has none with that name.</param>
/// <param name="Path">The path in that file system.</param>
internal sealed record GrubPath(string Written, string Device, BootVolume? Volume, string Path)
{
    /// <summary>The path with its device, which stays valid when `$root` changes.</summary>
    public string Full => $"({Device}){Path}";

    /// <summary>True if the path can be that of a file: a path without a leading slash is a list of blocks.</summary>
    public bool IsFile => Path.StartsWith('/');

    /// <summary>The path as `test` understands it: without slashes at its end, and a bare name counts from the top (grub-core/commands/test.c).</summary>
    public GrubPath ForTest() => Path.TrimEnd('/') is { Length: > 0 } name ? this with { Path = name.Contains('/', StringComparison.Ordinal) ? name : $"/{name}" } : this;

    /// <summary>The path for messages and for resolving again: with its device, unless it lies in a directory given by a person.</summary>
    public override string ToString() => Volume is { Device: null } ? Path : Full;

    /// <summary>The start and number of the device's blocks if the path is a list of blocks, `8+2`; null otherwise.</summary>
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
