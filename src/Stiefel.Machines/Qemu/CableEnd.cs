namespace Stiefel.Machines.Qemu;

/// <summary>
/// One end of a private cable between two virtual machines: an Ethernet over a UNIX socket, which nothing else can reach.
/// The listening end is started first; the other may come, go and be replaced.
/// </summary>
/// <param name="SocketPath">The cable's socket; at most 107 bytes (man 7 unix).</param>
/// <param name="Listens">Which end this is.</param>
/// <param name="Mac">The address of this machine's adapter.</param>
/// <param name="Model">QEMU's name of the adapter.</param>
public sealed record CableEnd(string SocketPath, bool Listens, string Mac, string Model = "virtio-net-pci")
{
    /// <summary>The address that QEMU forwards to; the machine must give it to its adapter.</summary>
    public const string ForwardedAddress = "10.0.2.15";

    /// <summary>The sockets of further cables that end in this machine's adapter, as if there were a switch before it: all listen.</summary>
    public IReadOnlyList<string> MoreSockets { get; init; } = [];

    /// <summary>Not a cable to another machine, but from a port of this machine's loopback to one of the machine: both numbers.</summary>
    public (int Here, int There)? Forward { get; init; }

    /// <summary>A file for every frame that passes here, in the format of tcpdump; null for none.</summary>
    public string? Recording { get; init; }

    /// <summary>Leads from a port of loopback into the machine, and nowhere out of it.</summary>
    public static CableEnd FromLoopback(int here, int there, string mac) => new("", Listens: false, mac) { Forward = (here, there) };
}
