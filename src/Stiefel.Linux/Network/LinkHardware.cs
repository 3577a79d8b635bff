using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Network;

/// <summary>What sysfs says of the card behind an interface (Documentation/ABI/testing/sysfs-class-net).</summary>
/// <param name="Driver">The driver's name; null for what is no hardware.</param>
/// <param name="SpeedMbit">Null without a carrier, or if the driver does not tell.</param>
/// <param name="Duplex">`full` or `half`; null likewise.</param>
/// <param name="UsbMbit">The speed of its USB port: 12, 480, 5000, 10000…; null if it is not on USB.</param>
public sealed record LinkHardware(string? Driver, int? SpeedMbit, string? Duplex, int? UsbMbit)
{
    /// <summary>Where the kernel has it.</summary>
    public const string Root = "/sys/class/net";

    /// <summary>A disk of today does 500 MB/s and more; over a cable that is no faster than this it is no joy.</summary>
    public const int SlowMbit = 100;

    private const int Usb2Mbit = 480;

    /// <summary>Its cable is slow for a disk.</summary>
    public bool IsSlow => SpeedMbit <= SlowMbit;

    /// <summary>It sends and receives in turn.</summary>
    public bool IsHalfDuplex => Duplex == "half";

    /// <summary>It is in a USB port that is slower than a card usually is.</summary>
    public bool IsInSlowPort => UsbMbit <= Usb2Mbit && !IsSlow;

    /// <summary>Reads it; what is not there, or vanishes meanwhile, is null.</summary>
    /// <param name="name">The interface's.</param>
    /// <param name="root">The parent of the interfaces' directories.</param>
    public static LinkHardware Of(string name, string root = Root)
    {
        var directory = Path.Combine(root, name);
        return new LinkHardware(NameOf(Path.Combine(directory, "device/driver")), NumberIn(Path.Combine(directory, "speed")), DuplexOf(directory), UsbOf(directory));
    }

    // `unknown` where the driver does not say.
    private static string? DuplexOf(string directory)
    {
        var duplex = SysfsText.Read(Path.Combine(directory, "duplex"));
        return duplex is "full" or "half" ? duplex : null;
    }

    // An adapter's function on USB is an interface of a device, and it is the device that has a speed. The kernel resolves the name: `..` is not the class.
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
