namespace Stiefel.Server.Configuration;

/// <summary>Where writes are kept that are discarded in the end.</summary>
/// <param name="Directory">The directory on whose file system an unnamed file keeps them; null to keep them in memory.</param>
/// <param name="Limit">The most bytes that are kept for each desktop; 0 for no limit.</param>
public sealed record SnapshotOptions(string? Directory, long Limit)
{
    private const string Memory = "memory";
    private const int MemoryLimitMiB = 1024;

    /// <summary>The place for a guest's writes if the settings name none.</summary>
    public static SnapshotOptions Usual { get; } = new(null, (long)MemoryLimitMiB << 20);

    /// <summary>Reads the settings; null if writes go to the disk itself.</summary>
    public static SnapshotOptions? Read(SettingReader reader)
    {
        var place = reader.Text("Disk:Snapshot");
        var isMemory = string.Equals(place, Memory, StringComparison.OrdinalIgnoreCase);
        long limit = reader.Number("Disk:SnapshotLimitMiB", isMemory ? MemoryLimitMiB : 0, 0, int.MaxValue);
        if (place is null)
        {
            return reader.Text("Disk:SnapshotLimitMiB") is null ? null : throw reader.Wrong("Disk:SnapshotLimitMiB", "Disk:Snapshot beside it");
        }

        // A relative name is more likely a typing mistake than a directory.
        return isMemory || Path.IsPathRooted(place)
            ? new SnapshotOptions(isMemory ? null : place, limit << 20)
            : throw reader.Wrong("Disk:Snapshot", "memory, or the absolute path of a directory");
    }
}
