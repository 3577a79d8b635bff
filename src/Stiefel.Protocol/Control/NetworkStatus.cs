namespace Stiefel.Protocol.Control;

/// <summary>The interfaces that may be the cable.</summary>
/// <param name="Interfaces">All that speak Ethernet, by their number.</param>
public sealed record NetworkStatus(IReadOnlyList<InterfaceStatus> Interfaces);

/// <summary>One interface.</summary>
public sealed record InterfaceStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its hardware address.</summary>
    public required string Mac { get; init; }

    /// <summary>The kernel's driver; null for what is no hardware.</summary>
    public string? Driver { get; init; }

    /// <summary>What makes a virtual interface: `bridge`, `veth`, `wireguard`; null for hardware.</summary>
    public string? Kind { get; init; }

    /// <summary>Set up.</summary>
    public required bool Up { get; init; }

    /// <summary>The cable is in, and the other end answers.</summary>
    public required bool Carrier { get; init; }

    /// <summary>Megabits each second; null without a carrier, or if the driver does not tell.</summary>
    public int? SpeedMbit { get; init; }

    /// <summary>`full` or `half`; null likewise.</summary>
    public string? Duplex { get; init; }

    /// <summary>Megabits each second of the USB port that it is plugged into: 480 is USB 2, 5000 and more USB 3; null if it is not on USB.</summary>
    public int? UsbMbit { get; init; }

    /// <summary>Bytes of the largest packet.</summary>
    public required int Mtu { get; init; }

    /// <summary>The fastest that the other end of the cable offers, in megabits each second; null if the driver does not tell.</summary>
    public int? PartnerMbit { get; init; }

    /// <summary>Its addresses.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Desktops that were heard through it.</summary>
    public required IReadOnlyList<string> Machines { get; init; }

    /// <summary>What is wrong with it, each in one line with what to do; empty if nothing is.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
