namespace Stiefel.Cli.Vm.Machines;

/// <summary>
/// One end of a private cable between two virtual machines: an Ethernet over a UNIX socket, which nothing else can reach.
/// The listening end is started first; the other may come, go and be replaced.
/// </summary>
/// <param name="SocketPath">Of the cable; at most 107 bytes (man 7 unix).</param>
/// <param name="Listens">Which end this is.</param>
/// <param name="Mac">Of this machine's adapter.</param>
/// <param name="Model">QEMU's name of the adapter.</param>
internal sealed record CableEnd(string SocketPath, bool Listens, string Mac, string Model = "virtio-net-pci");
