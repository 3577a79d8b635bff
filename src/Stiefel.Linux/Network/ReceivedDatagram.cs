using System.Net;

namespace Stiefel.Linux.Network;

/// <summary>A datagram that came in.</summary>
/// <param name="Length">Bytes in the buffer.</param>
/// <param name="Remote">The sender's address, with the scope of a link-local address.</param>
/// <param name="Interface">Index of the interface it came in on.</param>
/// <param name="Local">The address it was sent to.</param>
public readonly record struct ReceivedDatagram(int Length, IPEndPoint Remote, int Interface, IPAddress Local);
