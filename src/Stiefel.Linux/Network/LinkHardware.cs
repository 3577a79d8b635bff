using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Network;

/// <summary>The network card behind an interface, according to sysfs (Documentation/ABI/testing/sysfs-class-net).</summary>
/// <param name="Driver">The driver's name; null if the interface is not hardware.</param>
/// <param name="SpeedMbit">The link's speed; null without a carrier, or if the driver does not report it.</param>
/// <param name="Duplex">`full` or `half`; null without a carrier, or if the driver does not report it.</param>
/// <param name="UsbMbit">The speed of its USB port: 12, 480, 5000, 10000 and so on; null if it is not on USB.</param>
public sealed record LinkHardware(string? Driver, int? SpeedMbit, string? Duplex, int? UsbMbit)
{
    /// <summary>The kernel's directory of network interfaces, /sys/class/net.</summary>
    public const string Root = "/sys/class/net";

    /// <summary>The speed up to which a link counts as slow: present disks read 500 MB/s and more.</summary>
    public const int SlowMbit = 100;

    private const int Usb2Mbit = 480;

    /// <summary>True if the link is slow for a disk.</summary>
    public bool IsSlow => SpeedMbit <= SlowMbit;

    /// <summary>True if the link cannot send and receive at the same time.</summary>
    public bool IsHalfDuplex => Duplex == "half";

    /// <summary>True if the card is in a USB port that limits its speed.</summary>
    public bool IsInSlowPort => UsbMbit <= Usb2Mbit && !IsSlow;

    /// <summary>Reads the attributes; those that do not exist, or vanish meanwhile, are null.</summary>
    /// <param name="name">The interface's name.</param>
    /// <param name="root">The parent of the interfaces' directories.</param>
    public static LinkHardware Of(string name, string root = Root)
    {
        var directory = Path.Combine(root, name);
        return new LinkHardware(NameOf(Path.Combine(directory, "device/driver")), NumberIn(Path.Combine(directory, "speed")), DuplexOf(directory), UsbOf(directory));
    }

    // Reports `unknown` if the driver does not tell.
    private static string? DuplexOf(string directory)
    {
        var duplex = SysfsText.Read(Path.Combine(directory, "duplex"));
        return duplex is "full" or "half" ? duplex : null;
    }

    // A USB adapter's network function is an interface of a USB device, and only the device, its parent, has a speed. The kernel must resolve the path: `device` is a link.
    private static int? UsbOf(string directory) => NameOf(Path.Combine(directory, "device/subsystem")) == "usb"
        ? NumberIn(Path.Combine(directory, "device/../speed"))
        : null;

    private static int? NumberIn(string file) =>
        int.TryParse(SysfsText.Read(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static string? NameOf(string link)
    {
        try
        {
            return Path.GetFileName(File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
