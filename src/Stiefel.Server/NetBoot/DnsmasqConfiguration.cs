using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.NetBoot;

/// <summary>
/// Writes the configuration of dnsmasq for one interface (man 8 dnsmasq). It answers network boot programs only, names no router and no name server, and does not
/// answer DNS. UEFI always gets the shim, because a client does not say whether Secure Boot is on.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="paths">The paths of its files.</param>
internal sealed class DnsmasqConfiguration(NetBootOptions options, NetBootPaths paths)
{
    private const string Title = "Stiefel: the system of the laptop";

    // Distributions name the group without members differently.
    private static readonly Lazy<string> s_group = new(() => HasGroup("nogroup") ? "nogroup" : HasGroup("nobody") ? "nobody" : "root");

    /// <summary>The configuration for a cable without another DHCP server.</summary>
    public string Alone(DhcpCable cable) => $"""
        {Common(cable.Name)}
        dhcp-range={cable.First},{cable.Last},{options.LeaseSeconds}
        dhcp-lease-max={NetBootOptions.InterfaceAddresses}
        dhcp-option=option:router
        dhcp-option=option:dns-server
        dhcp-match=set:bios,option:client-arch,0
        dhcp-match=set:uefi,option:client-arch,7
        dhcp-match=set:uefi,option:client-arch,9
        dhcp-match=set:uefihttp,option:client-arch,16
        dhcp-boot=tag:bios,tag:!ipxe,{NetBootFiles.BiosProgram}
        dhcp-boot=tag:bios,tag:ipxe,{NetBootFiles.Script}
        dhcp-boot=tag:uefi,{NetBootFiles.Shim}
        dhcp-option-force=tag:uefihttp,option:vendor-class,HTTPClient
        dhcp-boot=tag:uefihttp,http://{cable.Server}:{options.HttpPort}{NetBootEndpoint.Path}{NetBootFiles.Image}

        """;

    /// <summary>The configuration for a cable with another DHCP server, which gives the addresses; this one only says what to boot.</summary>
    /// <param name="name">The name of the interface.</param>
    /// <param name="own">The laptop's address in the other server's network.</param>
    public string Beside(string name, LinkAddress own) => $"""
        {Common(name)}
        dhcp-range={DhcpCable.NetworkOf(own)},proxy
        pxe-service=tag:!ipxe,X86PC,"{Title}",{NetBootFiles.BiosProgram}
        pxe-service=tag:ipxe,X86PC,"{Title}",{NetBootFiles.Script}
        pxe-service=X86-64_EFI,"{Title}",{NetBootFiles.Shim}
        pxe-service=BC_EFI,"{Title}",{NetBootFiles.Shim}

        """;

    private string Common(string name) => $"""
        port=0
        no-resolv
        no-hosts
        no-ping
        interface={name}
        except-interface=lo
        bind-interfaces
        user=nobody
        group={s_group.Value}
        pid-file={paths.ProcessOf(name)}
        dhcp-leasefile={paths.LeasesOf(name)}
        log-facility=-
        quiet-dhcp
        enable-tftp
        tftp-root={paths.Tftp}
        dhcp-vendorclass=set:pxe,PXEClient
        dhcp-vendorclass=set:http,HTTPClient
        dhcp-vendorclass=set:own,stiefel
        dhcp-match=set:ipxe,175
        dhcp-ignore=tag:!pxe,tag:!http,tag:!own,tag:!ipxe
        """;

    private static bool HasGroup(string name) => File.Exists("/etc/group") && File.ReadLines("/etc/group").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal));
}
