namespace Stiefel.EndToEnd.Native;

/// <summary>A DHCP server as of a router: dnsmasq at the far end of a cable, with the first address of a network of its own.</summary>
internal static class ForeignDhcp
{
    /// <summary>Starts it.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="network">The first three numbers of the network, as `192.168.77`.</param>
    public static NativeProcess Start(string space, string network) => Start(space, "far", network);

    /// <summary>Starts it at another interface than the far end of a cable; it gives firmware no address, since a test plays that on the same machine.</summary>
    public static NativeProcess Start(string space, string card, string network) =>
        Start(space, card, network, "--dhcp-vendorclass=set:firmware,PXEClient", "--dhcp-ignore=tag:firmware");

    /// <summary>Starts it with these rules about its clients.</summary>
    public static NativeProcess Start(string space, string card, string network, params string[] rules)
    {
        NativeProcess.Run(0, "ip", "-n", space, "address", "replace", $"{network}.1/24", "dev", card);
        return Namespaces.Start(
            space, ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", $"--interface={card}", "--bind-dynamic", "--no-ping", "--leasefile-ro", "--pid-file=",
            "--user=root", "--log-facility=-", "--log-dhcp", $"--dhcp-range={network}.10,{network}.20,120", $"--dhcp-option=3,{network}.1", .. rules]);
    }
}
