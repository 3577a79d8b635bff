using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.NetBoot;

/// <summary>
/// What dnsmasq is told for one interface (man 8 dnsmasq). It answers nobody but network boot programs and what boots by them, names no router and no name
/// server, and has no part in names at all. UEFI always gets the shim, since a client does not say whether Secure Boot is on.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="paths">Its files.</param>
internal sealed class DnsmasqConfiguration(NetBootOptions options, NetBootPaths paths)
{
    private const string Title = "Stiefel: the system of the laptop";

    // The groups that nobody belongs to are called differently.
    private static readonly Lazy<string> s_group = new(() => HasGroup("nogroup") ? "nogroup" : HasGroup("nobody") ? "nobody" : "root");

    /// <summary>For the only DHCP server of a cable.</summary>
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
        dhcp-boot=tag:uefihttp,http://{cable.Server}:{options.HttpPort}{NetBootEndpoint.Path}{NetBootFiles.Shim}

        """;

    /// <summary>For a cable with another DHCP server: that gives the addresses, and we say what there is to boot.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="own">Our address that the other's clients can reach.</param>
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
