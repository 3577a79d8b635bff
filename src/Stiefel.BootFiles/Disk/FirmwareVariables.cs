using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>The boot loader's variables in the firmware, as efivarfs shows them: four bytes of attributes, then the value (Documentation/filesystems/efivarfs.rst).</summary>
public static class FirmwareVariables
{
    /// <summary>Where the kernel shows them.</summary>
    public const string Directory = "/sys/firmware/efi/efivars";

    private const string LoaderVendor = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
    private const string GlobalVendor = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
    private const int AttributeBytes = 4;
    private const int MaxBytes = 4096;

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
                IsSecureBoot = ReadBytes(directory, "SecureBoot", GlobalVendor) is [1, ..],
            };
    }

    /// <summary>A variable of boot loaders; empty if it is not there, or cannot be read.</summary>
    public static string ReadText(string directory, string name)
    {
        var value = ReadBytes(directory, name, LoaderVendor);
        return Encoding.Unicode.GetString(value[..(value.Length & ~1)]).TrimEnd('\0');
    }

    private static ReadOnlySpan<byte> ReadBytes(string directory, string name, string vendor)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(directory, $"{name}-{vendor}"));
            var buffer = new byte[MaxBytes];
            var length = file.ReadAtLeast(buffer, MaxBytes, throwOnEndOfStream: false);
            return buffer.AsSpan(0, length)[Math.Min(length, AttributeBytes)..];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
