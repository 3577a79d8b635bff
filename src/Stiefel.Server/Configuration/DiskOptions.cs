namespace Stiefel.Server.Configuration;

/// <summary>What is served.</summary>
/// <param name="Path">A file, a device, or a name like UUID=… that is looked up when the disk is opened; null if only boot files are served.</param>
/// <param name="ReadOnly">Writes are refused.</param>
public sealed record DiskOptions(string? Path, bool ReadOnly)
{
    public static DiskOptions Read(SettingReader reader) => new(reader.Text("Disk:Path"), reader.Boolean("Disk:ReadOnly", false));
}
