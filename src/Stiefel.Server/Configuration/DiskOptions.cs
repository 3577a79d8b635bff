namespace Stiefel.Server.Configuration;

/// <summary>The disk that is served.</summary>
/// <param name="Path">A file, a device, or a name like UUID=… that is looked up when the disk is opened; null if only boot files are served.</param>
/// <param name="ReadOnly">True to refuse writes.</param>
/// <param name="Snapshot">Where writes are kept that are discarded in the end; null if they go to the disk.</param>
public sealed record DiskOptions(string? Path, bool ReadOnly, SnapshotOptions? Snapshot)
{
    /// <summary>Reads the settings of what is served.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static DiskOptions Read(SettingReader reader)
    {
        var options = new DiskOptions(reader.Text("Disk:Path"), reader.Boolean("Disk:ReadOnly", false), SnapshotOptions.Read(reader));
        if (options is { Path: null, Snapshot: not null })
        {
            throw reader.Wrong("Disk:Snapshot", "Disk:Path beside it");
        }

        return options is { ReadOnly: true, Snapshot: not null }
            ? throw reader.Wrong("Disk:Snapshot", "nothing, since Disk:ReadOnly refuses every write; a snapshot never changes the disk")
            : options;
    }
}
