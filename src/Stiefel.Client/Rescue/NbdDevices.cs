using System.Globalization;
using Stiefel.CommandLine;
using Stiefel.Linux.Nbd;

namespace Stiefel.Client.Rescue;

/// <summary>The kernel's network block devices, as sysfs shows them.</summary>
/// <param name="sysRoot">Where sysfs is; another directory in tests.</param>
internal sealed class NbdDevices(string sysRoot = "/sys")
{
    private const string Prefix = "nbd";

    /// <summary>The kernel's name of a device.</summary>
    public static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index}");

    /// <summary>The number in such a name; null for any other text.</summary>
    public static int? IndexOf(string device) => device.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(device.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>Disconnects a device whose agent is gone; nothing happens if it is not connected.</summary>
    public static void Disconnect(int index)
    {
        using var kernel = NbdNetlink.TryOpen();
        if (kernel is not null && kernel.ListConnected().Contains(index))
        {
            kernel.Disconnect(index);
        }
    }

    /// <summary>The number of the first device that nobody uses.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public int FindFree()
    {
        var count = 0;
        for (; Directory.Exists(PlaceOf(count)); count++)
        {
            // A device that was connected through the older ioctl interface has a file with its process number.
            if (SizeOf(count) == 0 && !File.Exists(Path.Combine(PlaceOf(count), "pid")))
            {
                return count;
            }
        }

        throw new RefusedException(count == 0
            ? "this kernel has no network block devices: `modprobe nbd` fails or makes none"
            : $"all {count} network block devices of this kernel are in use");
    }

    /// <summary>True if the kernel refuses writes to the device.</summary>
    public bool IsReadOnly(int index) => Read(index, "ro") == "1";

    private long SizeOf(int index) => long.TryParse(Read(index, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;

    private string Read(int index, string attribute)
    {
        var file = Path.Combine(PlaceOf(index), attribute);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    private string PlaceOf(int index) => Path.Combine(sysRoot, "block", NameOf(index));
}
