namespace Stiefel.Protocol.Control;

/// <summary>The network interfaces that the cable may be plugged into.</summary>
/// <param name="Interfaces">All Ethernet interfaces, in the order of their index.</param>
public sealed record NetworkStatus(IReadOnlyList<InterfaceStatus> Interfaces);

/// <summary>One interface.</summary>
public sealed record InterfaceStatus
{
    /// <summary>The interface's name.</summary>
    public required string Name { get; init; }

    /// <summary>The hardware address.</summary>
    public required string Mac { get; init; }

    /// <summary>The kernel driver; null for a virtual interface.</summary>
    public string? Driver { get; init; }

    /// <summary>The kind of a virtual interface: `bridge`, `veth`, `wireguard`; null for hardware.</summary>
    public string? Kind { get; init; }

    /// <summary>True if the interface is up.</summary>
    public required bool Up { get; init; }

    /// <summary>True if the cable is plugged in and the other end is active.</summary>
    public required bool Carrier { get; init; }

    /// <summary>Speed in megabits per second; null without a carrier, or if the driver does not report it.</summary>
    public int? SpeedMbit { get; init; }

    /// <summary>`full` or `half`; null without a carrier, or if the driver does not report it.</summary>
    public string? Duplex { get; init; }

    /// <summary>Speed in megabits per second of the USB port in use: 480 is USB 2, 5000 and more USB 3; null if the interface is not on USB.</summary>
    public int? UsbMbit { get; init; }

    /// <summary>Size in bytes of the largest packet.</summary>
    public required int Mtu { get; init; }

    /// <summary>Highest speed that the other end of the cable offers, in megabits per second; null if the driver does not report it.</summary>
    public int? PartnerMbit { get; init; }

    /// <summary>The interface's IP addresses.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Addresses of the desktops that were heard through this interface.</summary>
    public required IReadOnlyList<string> Machines { get; init; }

    /// <summary>Problems, each in one line that says what to do; empty if there are none.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
