namespace Stiefel.Cli.Laptop;

/// <summary>A line of fstab(5).</summary>
/// <param name="Source">The device as written in the file.</param>
/// <param name="Directory">The mount point; `none` for swap.</param>
/// <param name="Type">The type, for example `ext4` or `swap`.</param>
/// <param name="Options">The options, split at commas.</param>
internal sealed record FileSystemEntry(string Source, string Directory, string Type, IReadOnlyList<string> Options)
{
    private static readonly string[] s_optional = ["noauto", "nofail", "x-systemd.automount"];

    /// <summary>True if the system starts without this file system.</summary>
    public bool IsOptional => Options.Any(option => s_optional.Contains(option, StringComparer.Ordinal));

    /// <summary>True for swap.</summary>
    public bool IsSwap => Type == "swap";

    /// <summary>The lines that may concern a disk.</summary>
    public static IReadOnlyList<FileSystemEntry> Of(LaptopTree tree) =>
    [
        .. tree.Lines("etc/fstab").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length >= 3 && !fields[0].StartsWith('#'))
            .Select(fields => new FileSystemEntry(DeviceNames.Unescape(fields[0]), DeviceNames.Unescape(fields[1]), fields[2], fields.Length > 3 ? fields[3].Split(',') : []))
            .Where(entry => DeviceNames.IsDevice(entry.Source)),
    ];
}
