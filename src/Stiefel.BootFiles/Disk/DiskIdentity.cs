using System.Text;

namespace Stiefel.BootFiles.Disk;

/// <summary>Identifies a whole disk by what sysfs tells about it, without udev's links (Documentation/ABI/testing/sysfs-block, sysfs-bus-scsi).</summary>
/// <param name="Path">The device node.</param>
/// <param name="Serial">Its serial number; empty if it has none.</param>
/// <param name="WorldWideId">`naa.5002538…` or `eui.0025385…`; empty if it has none.</param>
public sealed record DiskIdentity(string Path, string Serial, string WorldWideId)
{
    // SPC-4 §7.8.15: page 80h is four bytes of header and the serial number, padded with spaces.
    private const int VpdHeaderSize = 4;

    /// <summary>Lists every disk of the machine.</summary>
    /// <param name="sysRoot">The directory where sysfs is mounted.</param>
    public static IReadOnlyList<DiskIdentity> List(string sysRoot = "/sys") =>
        [.. Directory.EnumerateDirectories(System.IO.Path.Combine(sysRoot, "block")).Order(StringComparer.Ordinal).Select(Read)];

    private static DiskIdentity Read(string directory) => new(
        "/dev/" + System.IO.Path.GetFileName(directory).Replace('!', '/'),
        // In this order: virtio-blk; NVMe and MMC; SATA, SAS and USB.
        FirstOf(Text(directory, "serial"), Text(directory, "device/serial"), VpdSerial(directory)),
        FirstOf(Text(directory, "wwid"), Text(directory, "device/wwid")));

    private static string FirstOf(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (text.Length > 0)
            {
                return text;
            }
        }

        return "";
    }

    private static string VpdSerial(string directory)
    {
        var page = Bytes(directory, "device/vpd_pg80");
        return page.Length > VpdHeaderSize ? Encoding.ASCII.GetString(page.AsSpan(VpdHeaderSize)).Trim('\0', ' ') : "";
    }

    private static string Text(string directory, string file) => Encoding.ASCII.GetString(Bytes(directory, file)).Trim();

    private static byte[] Bytes(string directory, string file)
    {
        try
        {
            return File.ReadAllBytes(System.IO.Path.Combine(directory, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not every kind of disk has every file, and some drives answer with an error.
            return [];
        }
    }
}
