namespace Stiefel.Server.Configuration;

/// <summary>Where writes go that shall vanish.</summary>
/// <param name="Directory">They are kept in a file without a name upon this directory's file system; null = in memory.</param>
/// <param name="Limit">Most bytes to keep, for each desktop; 0 = as many as there is room for.</param>
public sealed record SnapshotOptions(string? Directory, long Limit)
{
    private const string Memory = "memory";
    private const int MemoryLimitMiB = 1024;

    /// <summary>Null if the disk itself is to be written.</summary>
    public static SnapshotOptions? Read(SettingReader reader)
    {
        var place = reader.Text("Disk:Snapshot");
        var isMemory = string.Equals(place, Memory, StringComparison.OrdinalIgnoreCase);
        long limit = reader.Number("Disk:SnapshotLimitMiB", isMemory ? MemoryLimitMiB : 0, 0, int.MaxValue);
        if (place is null)
        {
            return reader.Text("Disk:SnapshotLimitMiB") is null ? null : throw reader.Wrong("Disk:SnapshotLimitMiB", "Disk:Snapshot beside it");
        }

        // Any other relative name would more likely be a slip than a directory.
        return isMemory || Path.IsPathRooted(place)
            ? new SnapshotOptions(isMemory ? null : place, limit << 20)
            : throw reader.Wrong("Disk:Snapshot", "memory, or the absolute path of a directory");
    }
}
