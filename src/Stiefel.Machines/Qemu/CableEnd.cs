namespace Stiefel.Machines.Qemu;

/// <summary>
/// One end of a private cable between two virtual machines: Ethernet over a UNIX socket, which nothing else can reach.
/// Start the listening end first; the other end may come, go and be replaced.
/// </summary>
/// <param name="SocketPath">The cable's socket; at most 107 bytes (man 7 unix).</param>
/// <param name="Listens">True for the end that listens.</param>
/// <param name="Mac">The address of this machine's adapter.</param>
/// <param name="Model">QEMU's name of the adapter's model.</param>
public sealed record CableEnd(string SocketPath, bool Listens, string Mac, string Model = "virtio-net-pci")
{
    /// <summary>The address that QEMU forwards to; the machine must assign it to its adapter.</summary>
    public const string ForwardedAddress = "10.0.2.15";

    /// <summary>Sockets of further cables to this machine's adapter, as if through a switch; this end listens on all of them.</summary>
    public IReadOnlyList<string> MoreSockets { get; init; } = [];

    /// <summary>For a forwarded port instead of a cable: the port on the host's loopback, and the port in the machine.</summary>
    public (int Here, int There)? Forward { get; init; }

    /// <summary>True if the firmware boots over this card only: BIOS by the iPXE program in the card's ROM, UEFI by a program of its own.</summary>
    public bool IsBooted { get; init; }

    /// <summary>True if UEFI boots over this card by HTTP and does not try PXE before.</summary>
    public bool IsBootedByHttp { get; init; }

    /// <summary>Number of further cards of this machine; they have a carrier, but no machine is at the other end.</summary>
    public int IdleCards { get; init; }

    /// <summary>Further cables of this machine, each at a card of its own.</summary>
    public IReadOnlyList<CableEnd> Others { get; init; } = [];

    /// <summary>False for an adapter that is plugged in while the machine runs, by <see cref="VirtualMachine.PlugAdapterAsync"/>.</summary>
    public bool IsPluggedIn { get; init; } = true;

    /// <summary>A file in tcpdump's format that records every frame on the cable; null for none.</summary>
    public string? Recording { get; init; }

    /// <summary>Makes an end that forwards a port of the host's loopback into the machine, which cannot reach out through it.</summary>
    public static CableEnd FromLoopback(int here, int there, string mac) => new("", Listens: false, mac) { Forward = (here, there) };
}
