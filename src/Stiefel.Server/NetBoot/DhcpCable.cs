using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;

namespace Stiefel.Server.NetBoot;

/// <summary>One interface's place in the network that desktops without a stick get their addresses of.</summary>
/// <param name="Name">The interface.</param>
/// <param name="Server">The laptop's address.</param>
/// <param name="First">The first of the desktops'.</param>
/// <param name="Last">The last of them.</param>
internal sealed record DhcpCable(string Name, IPAddress Server, IPAddress First, IPAddress Last)
{
    /// <summary>The bits of every interface's network.</summary>
    public const int PrefixLength = 28;

    private const uint Addresses = 1 << (32 - PrefixLength);

    /// <summary>The cable of an interface.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="network">The first address of all.</param>
    /// <param name="slot">Which of the interfaces it is, from 0.</param>
    public static DhcpCable Of(string name, uint network, int slot)
    {
        var begin = network + ((uint)slot * Addresses);
        return new DhcpCable(name, At(begin + 1), At(begin + 2), At(begin + Addresses - 2));
    }

    /// <summary>The address of ours that a desktop of another server's network can reach; null if we have none there.</summary>
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
