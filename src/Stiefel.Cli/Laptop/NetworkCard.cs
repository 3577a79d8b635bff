using Stiefel.Linux.Network;

namespace Stiefel.Cli.Laptop;

/// <summary>A wired network interface of the laptop.</summary>
/// <param name="Name">The interface's name, for example `enp0s31f6`.</param>
/// <param name="Hardware">The card's driver, speed and port.</param>
internal sealed record NetworkCard(string Name, LinkHardware Hardware)
{
    private const string Place = "sys/class/net";
    private const string PciPlace = "sys/bus/pci/devices";

    // PCI Code and ID Assignment Specification: network controller, Ethernet.
    private const string EthernetClass = "0x0200";

    /// <summary>All hardware interfaces except wireless cards and modems.</summary>
    public static IReadOnlyList<NetworkCard> Of(LaptopTree tree) =>
    [
        .. from name in tree.Names(Place)
           where tree.HasDirectory($"{Place}/{name}/device") && !tree.HasDirectory($"{Place}/{name}/wireless") && !tree.HasName($"{Place}/{name}/phy80211")
           where tree.Text($"{Place}/{name}/type") is null or "1" && !name.StartsWith("ww", StringComparison.Ordinal)
           let directory = tree.OnDisk($"{Place}/{name}")
           where directory is not null
           select new NetworkCard(name, LinkHardware.Of(name, Path.GetDirectoryName(directory)!)),
    ];

    /// <summary>Ethernet controllers without a driver: their PCI addresses with vendor and device numbers.</summary>
    public static IReadOnlyList<string> WithoutDriver(LaptopTree tree) =>
    [
        .. tree.Names(PciPlace)
            .Where(place => (tree.Text($"{PciPlace}/{place}/class") ?? "").StartsWith(EthernetClass, StringComparison.Ordinal) && !tree.HasName($"{PciPlace}/{place}/driver"))
            .Select(place => $"{place} ({Number(tree, place, "vendor")}:{Number(tree, place, "device")})"),
    ];

    private static string Number(LaptopTree tree, string place, string file) => (tree.Text($"{PciPlace}/{place}/{file}") ?? "?").Replace("0x", "", StringComparison.Ordinal);
}
