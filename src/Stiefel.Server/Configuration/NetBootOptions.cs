using System.Buffers.Binary;
using System.Net;

namespace Stiefel.Server.Configuration;

/// <summary>Whether desktops without a stick are answered when they ask for an address and a program to boot.</summary>
public enum DhcpService
{
    /// <summary>No desktop is answered.</summary>
    Off,

    /// <summary>On cables that lead to no router and have no other DHCP server.</summary>
    Auto,

    /// <summary>Also on interfaces with a default route, but still not beside another DHCP server.</summary>
    Always,
}

/// <summary>Boot over the network, for desktops without a stick.</summary>
/// <param name="Dhcp">The cables on which desktops are answered.</param>
/// <param name="Files">The directory of what is offered: kernel, initrd, boot programs, possibly the DHCP server itself. It holds no secret.</param>
/// <param name="Directory">The directory in which the files are laid out for TFTP, beside leases and configurations.</param>
/// <param name="Network">The first of its addresses; each interface gets <see cref="InterfaceAddresses"/> of them.</param>
/// <param name="Slots">How many interfaces can be served.</param>
/// <param name="LeaseSeconds">How long a desktop may keep an address.</param>
/// <param name="Look">How long other DHCP servers are looked for before a desktop is answered.</param>
/// <param name="Arguments">Kernel arguments of a desktop's ramdisk besides the usual ones.</param>
/// <param name="HttpPort">The port of the boot plane, which serves the large files.</param>
public sealed record NetBootOptions(
    DhcpService Dhcp, string Files, string Directory, uint Network, int Slots, int LeaseSeconds, TimeSpan Look, string Arguments, int HttpPort)
{
    /// <summary>The kernel's file in <see cref="Files"/>.</summary>
    public const string KernelName = "vmlinuz";

    /// <summary>The size of each interface's own network; two cables with the same network would be one to the kernel.</summary>
    public const int InterfaceAddresses = 16;

    private const string NetworkKey = "NetBoot:Network";
    private const string ArgumentsKey = "NetBoot:Arguments";
    private const int LeastBits = 16, MostBits = 28;
    private const int LeastLease = 120; // dnsmasq allows no shorter lease
    private const int Day = 24 * 60 * 60;

    // Excludes characters that have a meaning in a boot program's script.
    private const string PlainPunctuation = " =,.:/_-+@";

    /// <summary>True if desktops may be answered, because there is something to boot.</summary>
    public bool IsOn => Dhcp != DhcpService.Off && File.Exists(Path.Combine(Files, KernelName));

    /// <param name="reader">The settings.</param>
    /// <param name="inRamdisk">True in the ramdisk, where no other program uses the links.</param>
    /// <param name="httpPort">The port of the boot plane.</param>
    /// <exception cref="SettingsException">A setting is mistyped.</exception>
    public static NetBootOptions Read(SettingReader reader, bool inRamdisk, int httpPort)
    {
        var (network, slots) = ReadNetwork(reader);
        var arguments = reader.Text(ArgumentsKey, "");
        return new NetBootOptions(
            reader.Choice("NetBoot:Dhcp", inRamdisk ? DhcpService.Auto : DhcpService.Off),
            reader.Text("NetBoot:Files", "/netboot"),
            reader.Text("NetBoot:Directory", "/run/stiefel-netboot"),
            network,
            slots,
            reader.Number("NetBoot:LeaseSeconds", LeastLease, LeastLease, Day),
            TimeSpan.FromSeconds(reader.Number("NetBoot:LookSeconds", 40, 1, Day)),
            arguments.All(letter => char.IsAsciiLetterOrDigit(letter) || PlainPunctuation.Contains(letter)) ? arguments : throw reader.Wrong(ArgumentsKey, $"letters, digits, blanks and {PlainPunctuation.Trim()}"),
            httpPort);
    }

    private static (uint Network, int Slots) ReadNetwork(SettingReader reader)
    {
        var text = reader.Text(NetworkKey, "10.61.57.0/24");
        return IPNetwork.TryParse(text, out var network) && network.BaseAddress.GetAddressBytes() is { Length: 4 } bytes && network.PrefixLength is >= LeastBits and <= MostBits
            ? (BinaryPrimitives.ReadUInt32BigEndian(bytes), 1 << (MostBits - network.PrefixLength))
            : throw reader.Wrong(NetworkKey, $"an IPv4 network of {LeastBits} to {MostBits} bits, as 10.61.57.0/24");
    }
}
