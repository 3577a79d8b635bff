using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The desktop's end of the tunnel to the laptop (docs/protocol.md#tunnel). Only its peer's address names the cable's interface, so it survives
/// when that is unplugged and is then pointed at the new one. Needs neither /proc nor /sys to be mounted.
/// </summary>
internal sealed class LaptopTunnel
{
    /// <summary>The tunnel interface's name.</summary>
    internal const string Name = TunnelInterface.Desktop;

    private readonly TunnelSession _keys;
    private readonly IPAddress _laptop;
    private readonly CablePackets _packets;
    private readonly Lock _turning = new();
    private IPAddress? _other;
    private int _turnedTo;
    private int _made;

    /// <param name="keys">The keys and the port agreed in the handshake.</param>
    /// <param name="laptop">The laptop's address on the cable, without a zone.</param>
    /// <param name="packets">Decides about the size of packets.</param>
    internal LaptopTunnel(TunnelSession keys, IPAddress laptop, CablePackets packets)
    {
        _keys = keys;
        _laptop = laptop;
        _packets = packets;
    }

    /// <summary>Makes the tunnel, or points it at the interface where the laptop is now; returns the block server's address inside the tunnel.</summary>
    /// <param name="linkIndex">The number of the card's interface.</param>
    /// <param name="linkMtu">The card's MTU in bytes.</param>
    /// <exception cref="LinuxException">The kernel refuses; EOPNOTSUPP if it has no WireGuard.</exception>
    internal IPAddress Raise(int linkIndex, int linkMtu)
    {
        lock (_turning)
        {
            var mtu = _packets.MtuInside(linkMtu);
            var index = Find() is { } tunnel ? Fit(tunnel, mtu) : Make(mtu);
            if (index != _made || linkIndex != _turnedTo)
            {
                TurnTo(index, linkIndex);
                (_made, _turnedTo) = (index, linkIndex);
            }

            RouteNetlink.SetUp(index);
            _packets.Watch(index, mtu);
            return new IPAddress(TunnelPlan.Laptop.GetAddressBytes(), index);
        }
    }

    /// <summary>Sends by another cable from now on, or by the first one again. WireGuard's session goes on, and with it the connections inside.</summary>
    /// <param name="tunnel">The number of the tunnel's interface.</param>
    /// <param name="other">The laptop's address at the other cable, with the card as its zone; null for the first cable.</param>
    /// <param name="linkIndex">The number of the first cable's card.</param>
    /// <exception cref="LinuxException">The tunnel or the card is gone.</exception>
    internal void Turn(int tunnel, IPAddress? other, int linkIndex)
    {
        lock (_turning)
        {
            _other = other;
            WireGuardNetlink.SetEndpoint(tunnel, Convert.FromHexString(_keys.PeerKey), new IPEndPoint(other ?? OnLink(linkIndex), _keys.Port));
        }
    }

    /// <summary>
    /// Makes the next <see cref="Raise"/> set the tunnel up again. Call it when nothing comes through: perhaps only one of the two kernels still
    /// knows the keys of WireGuard's last handshake.
    /// </summary>
    internal void Renew() => _turnedTo = 0;

    /// <summary>The tunnel's interface; null if there is none.</summary>
    internal static NetworkLink? Find() => RouteNetlink.ListLinks().FirstOrDefault(link => link.Name == Name && link.Kind == WireGuardNetlink.Kind);

    // The card of before may have been reset, or come back with another driver.
    private static int Fit(NetworkLink tunnel, int mtu)
    {
        if (tunnel.Mtu != mtu)
        {
            RouteNetlink.SetMtu(tunnel.Index, mtu);
        }

        return tunnel.Index;
    }

    private static int Make(int mtu)
    {
        try
        {
            return RouteNetlink.AddVirtual(Name, WireGuardNetlink.Kind, mtu);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EOPNOTSUPP)
        {
            throw new IOException($"this kernel has no WireGuard: the module wireguard is neither in the initramfs nor among the drivers that the laptop sent ({exception.Message})", exception);
        }
    }

    private void TurnTo(int index, int linkIndex)
    {
        WireGuardNetlink.Set(index, new WireGuardOptions
        {
            PrivateKey = Convert.FromHexString(_keys.PrivateKey),
            ListenPort = _keys.Port,
            PeerKey = Convert.FromHexString(_keys.PeerKey),
            PresharedKey = Convert.FromHexString(_keys.PresharedKey),
            Endpoint = new IPEndPoint(_other ?? OnLink(linkIndex), _keys.Port),
            PeerAddress = TunnelPlan.Laptop,
            KeepAliveSeconds = TunnelPlan.KeepAliveSeconds,
        });
        AddAddress(index);
    }

    private IPAddress OnLink(int linkIndex) => _laptop.IsIPv6LinkLocal ? new IPAddress(_laptop.GetAddressBytes(), linkIndex) : _laptop;

    private static void AddAddress(int index)
    {
        try
        {
            RouteNetlink.AddAddress(index, TunnelPlan.Desktop, TunnelPlan.PrefixLength);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EACCES)
        {
            // The laptop's system may switch IPv6 off everywhere (net.ipv6.conf.all.disable_ipv6); the tunnel to its disk needs it.
            Ipv6Switch.TurnOn(Name);
            RouteNetlink.AddAddress(index, TunnelPlan.Desktop, TunnelPlan.PrefixLength);
        }
    }
}
