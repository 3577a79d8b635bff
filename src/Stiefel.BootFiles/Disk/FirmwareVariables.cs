using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>The boot loader's variables in the firmware (systemd.io/BOOT_LOADER_INTERFACE), which <see cref="EfiVariables"/> reads.</summary>
public static class FirmwareVariables
{
    /// <summary>Where the kernel shows them.</summary>
    public const string Directory = EfiVariables.Root;

    private static readonly Guid s_loader = new("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");
    private static readonly Guid s_global = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /// <summary>All that say something about a disk; nothing if this machine was not started from it.</summary>
    /// <param name="directory">Where they are.</param>
    /// <param name="devices">The disk's partitions.</param>
    internal static LoaderVariables Read(string directory, IReadOnlyList<ProbedDevice> devices)
    {
        var partition = ReadText(directory, "LoaderDevicePartUUID");
        return partition.Length == 0 || !devices.Any(device => device.PartUuid.Equals(partition, StringComparison.OrdinalIgnoreCase))
            ? LoaderVariables.None
            : new LoaderVariables
            {
                Loader = ReadText(directory, "LoaderInfo"),
                EntryDefault = ReadText(directory, "LoaderEntryDefault"),
                EntryLastBooted = ReadText(directory, "LoaderEntryLastBooted"),
                IsSecureBoot = new EfiVariables(directory).Read("SecureBoot", s_global) is [1, ..],
            };
    }

    /// <summary>A variable of boot loaders; empty if it is not there, or cannot be read.</summary>
    public static string ReadText(string directory, string name)
    {
        var value = new EfiVariables(directory).Read(name, s_loader);
        return Encoding.Unicode.GetString(value, 0, value.Length & ~1).TrimEnd('\0');
    }
}
