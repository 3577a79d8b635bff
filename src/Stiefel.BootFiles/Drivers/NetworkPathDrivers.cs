namespace Stiefel.BootFiles.Drivers;

/// <summary>
/// Which drivers a client may be given. Only what lies between the processor and the cable: the modaliases come from the
/// network interfaces' devices and their parents, but a parent may have more than one driver, and a client may ask for anything.
/// What these depend on (a checksum, a clock, a management bus) comes along without being listed.
/// </summary>
internal static class NetworkPathDrivers
{
    /// <summary>
    /// The block device and the tunnel; and what both need where it is not built in: IPv6 for the link's addresses,
    /// packet sockets for those who look at the link.
    /// </summary>
    public static readonly string[] Always = ["nbd", "wireguard", "ipv6", "af_packet"];

    private static readonly string[] s_directories =
    [
        // Interfaces themselves: PCI, USB, Thunderbolt and virtual ones, with their PHYs.
        "kernel/drivers/net/",

        // A USB interface needs its host controller, and hubs or Type-C switches on the way.
        "kernel/drivers/usb/",

        // Bridges and domains: a laptop's NVMe and NIC may sit behind Intel VMD, a Thunderbolt dock behind a hot-plug port.
        "kernel/drivers/pci/",

        // Docks.
        "kernel/drivers/thunderbolt/",

        // Virtual machines: the transport below virtio_net, hv_netvsc and xen-netfront.
        "kernel/drivers/virtio/", "kernel/drivers/hv/", "kernel/drivers/xen/",

        // Buses that carry Ethernet in older laptops (b44, wired Broadcom), and PHYs of systems on a chip.
        "kernel/drivers/ssb/", "kernel/drivers/bcma/", "kernel/drivers/phy/",

        // Drivers from outside the kernel tree have no such order (r8125 is in updates/dkms). Graphics drivers live there too,
        // but their aliases name the display class, which no network interface and no bridge has.
        "updates/", "extra/", "weak-updates/",
    ];

    /// <summary>True if hardware may choose this module.</summary>
    /// <param name="relativePath">From the modules directory.</param>
    public static bool Contains(string relativePath) => Array.Exists(s_directories, directory => relativePath.StartsWith(directory, StringComparison.Ordinal));
}
