using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Client;

/// <summary>What the server said of an export.</summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="Flags">Transmission flags, for the kernel as they are.</param>
/// <param name="MinimumBlockSize">Bytes that each offset and length must be a multiple of.</param>
/// <param name="PreferredBlockSize">Bytes of a request that is served well.</param>
/// <param name="MaximumBlockSize">Largest payload of a read or write in bytes.</param>
public sealed record NbdExportInfo(
    long Size,
    TransmissionFlags Flags,
    uint MinimumBlockSize,
    uint PreferredBlockSize,
    uint MaximumBlockSize);
