namespace Stiefel.BootFiles.Drivers;

/// <summary>
/// Limits the drivers that a client may get to those between the processor and the cable. The modaliases come from the network interfaces'
/// devices and their parents, but a parent may have more than one driver, and a client may ask for anything.
/// Modules that these depend on (a checksum, a clock, a management bus) are included without being listed.
/// </summary>
internal static class NetworkPathDrivers
{
    /// <summary>
    /// The block device and the tunnel, and what they need if it is not built in: IPv6 for the link's addresses,
    /// packet sockets, and what makes the card's network the payload's too.
    /// </summary>
    public static readonly string[] Always = ["nbd", "wireguard", "ipv6", "af_packet", "bridge", "veth"];

    private static readonly string[] s_directories =
    [
        // The network interfaces themselves (PCI, USB, Thunderbolt and virtual), and their PHYs.
        "kernel/drivers/net/",

        // A USB interface needs its host controller, and the hubs or Type-C switches in between.
        "kernel/drivers/usb/",

        // PCI bridges and domains: a laptop's NVMe and NIC may sit behind Intel VMD, a Thunderbolt dock behind a hot-plug port.
        "kernel/drivers/pci/",

        // Docks.
        "kernel/drivers/thunderbolt/",

        // The transports below the virtual machines' virtio_net, hv_netvsc and xen-netfront.
        "kernel/drivers/virtio/", "kernel/drivers/hv/", "kernel/drivers/xen/",

        // Buses that carry Ethernet in older laptops (b44, wired Broadcom), and PHYs of systems on a chip.
        "kernel/drivers/ssb/", "kernel/drivers/bcma/", "kernel/drivers/phy/",

        // Drivers from outside the kernel tree are not sorted by directory (r8125 is in updates/dkms). Graphics drivers lie there too,
        // but their aliases name the display class, which no network interface and no bridge has.
        "updates/", "extra/", "weak-updates/",
    ];

    /// <summary>True if a modalias may select this module.</summary>
    /// <param name="relativePath">The module's path from the modules directory.</param>
    public static bool Contains(string relativePath) => Array.Exists(s_directories, directory => relativePath.StartsWith(directory, StringComparison.Ordinal));
}
