using System.Net;

namespace Stiefel.Linux.Network;

/// <summary>A received datagram.</summary>
/// <param name="Length">Number of bytes in the buffer.</param>
/// <param name="Remote">The sender's address, with the scope of a link-local address.</param>
/// <param name="Interface">The number of the interface on which it arrived.</param>
/// <param name="Local">The address it was sent to.</param>
public readonly record struct ReceivedDatagram(int Length, IPEndPoint Remote, int Interface, IPAddress Local);
