using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>The server's description of an export.</summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="Flags">Transmission flags, to be passed to the kernel unchanged.</param>
/// <param name="MinimumBlockSize">Every offset and length must be a multiple of this many bytes.</param>
/// <param name="PreferredBlockSize">Smallest request size in bytes that the server handles efficiently.</param>
/// <param name="MaximumBlockSize">Largest payload of a read or write in bytes.</param>
public sealed record NbdExportInfo(
    long Size,
    TransmissionFlags Flags,
    uint MinimumBlockSize,
    uint PreferredBlockSize,
    uint MaximumBlockSize);
