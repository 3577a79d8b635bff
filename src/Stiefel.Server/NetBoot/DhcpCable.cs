using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;

namespace Stiefel.Server.NetBoot;

/// <summary>The IPv4 addresses of one interface for desktops that boot without a stick.</summary>
/// <param name="Name">The name of the interface.</param>
/// <param name="Server">The laptop's address there.</param>
/// <param name="First">The first address that a desktop can get.</param>
/// <param name="Last">The last address that a desktop can get.</param>
internal sealed record DhcpCable(string Name, IPAddress Server, IPAddress First, IPAddress Last)
{
    /// <summary>The prefix length of each interface's network.</summary>
    public const int PrefixLength = 28;

    private const uint Addresses = 1 << (32 - PrefixLength);

    /// <summary>Computes the addresses of an interface.</summary>
    /// <param name="name">The name of the interface.</param>
    /// <param name="network">The first address of the network that the interfaces share out.</param>
    /// <param name="slot">The number of the interface, from 0; each has a range of its own.</param>
    public static DhcpCable Of(string name, uint network, int slot)
    {
        var begin = network + ((uint)slot * Addresses);
        return new DhcpCable(name, At(begin + 1), At(begin + 2), At(begin + Addresses - 2));
    }

    /// <summary>The laptop's address in the network of another DHCP server; null if it has none there.</summary>
    public LinkAddress? OwnAddress(int index) => RouteNetlink.ListAddresses(index)
        .FirstOrDefault(own => own.IsUsable && !own.Address.Equals(Server) && own.Address.AddressFamily == AddressFamily.InterNetwork && own.Address.GetAddressBytes() is not [169, 254, ..]);

    /// <summary>The first address of the network that an address is in.</summary>
    public static IPAddress NetworkOf(LinkAddress own) =>
        At(BinaryPrimitives.ReadUInt32BigEndian(own.Address.GetAddressBytes()) & (uint)(0xffffffffUL << (32 - own.PrefixLength)));

    private static IPAddress At(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes);
    }
}
