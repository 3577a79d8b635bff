using System.Net;
using Stiefel.Linux.Network;

namespace Stiefel.Linux.Dhcp;

/// <summary>What a client says to servers (RFC 2131 table 5).</summary>
/// <param name="From">The client's card.</param>
/// <param name="Transaction">The transaction id, a random number.</param>
/// <param name="Type">The message's type.</param>
internal sealed record DhcpQuestion(MacAddress From, uint Transaction, byte Type)
{
    /// <summary>The address that the client wants (option 50); null for any.</summary>
    public IPAddress? Wanted { get; init; }

    /// <summary>The server whose offer is taken or declined (option 54); null for all servers.</summary>
    public IPAddress? Server { get; init; }

    /// <summary>The address that the client has and wants to keep; null if it has none.</summary>
    public IPAddress? Own { get; init; }

    /// <summary>The address that the packet is sent to; null for all machines on the cable.</summary>
    public IPAddress? To { get; init; }

    /// <summary>The card that the frame is sent to; null for all.</summary>
    public MacAddress? ServersCard { get; init; }

    /// <summary>The kind of firmware in whose name is asked what to boot (option 93, RFC 4578); null for none.</summary>
    public ushort? Firmware { get; init; }
}

/// <summary>A server's answer as it was sent; whether it can be used is for <see cref="DhcpLease"/> to say.</summary>
/// <param name="Type">Offer, acknowledgement or refusal.</param>
/// <param name="Address">The address for the client.</param>
/// <param name="Server">The server's address; null if it names none.</param>
/// <param name="ServersCard">The card that sent the frame.</param>
internal readonly record struct DhcpAnswer(byte Type, IPAddress Address, IPAddress? Server, MacAddress ServersCard)
{
    /// <summary>The network's mask; null if none is named.</summary>
    public uint? Mask { get; init; }

    /// <summary>The first router; null if none is named.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>How long the client may use the address, in seconds; all ones for ever.</summary>
    public uint? Lease { get; init; }

    /// <summary>Seconds until the client asks this server for more time.</summary>
    public uint? Renewal { get; init; }

    /// <summary>Seconds until it asks any server.</summary>
    public uint? Rebinding { get; init; }
}
