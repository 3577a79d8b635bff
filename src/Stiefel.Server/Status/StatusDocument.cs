using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;

namespace Stiefel.Server.Status;

/// <summary>What the server is doing now.</summary>
/// <param name="Laptop">Its name.</param>
/// <param name="Version">Of this program.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Disk">The disk.</param>
/// <param name="Link">How the disk's blocks cross the link; null for an open export.</param>
/// <param name="Boot">What there is to boot; null without a boot plane.</param>
/// <param name="Sessions">Desktops that proved to hold a key.</param>
/// <param name="Connections">Connections to the block server.</param>
/// <param name="Machines">What each desktop did lately.</param>
public sealed record StatusDocument(
    string Laptop,
    string Version,
    DateTimeOffset StartedAt,
    DiskStatus Disk,
    LinkStatus? Link,
    BootStatus? Boot,
    IReadOnlyList<SessionStatus> Sessions,
    IReadOnlyList<ConnectionStatus> Connections,
    IReadOnlyList<MachineStatus> Machines);

/// <summary>The served disk.</summary>
/// <param name="Path">As the settings name it.</param>
/// <param name="ReadOnly">Writes are refused.</param>
/// <param name="State">What it is used for.</param>
/// <param name="HeldBy">The session that was granted it last; null if none.</param>
/// <param name="HeldSince">Since when.</param>
public sealed record DiskStatus(string Path, bool ReadOnly, DiskState State, string? HeldBy, DateTimeOffset? HeldSince);

/// <summary>The link between laptop and desktops.</summary>
/// <param name="Protection">`wireguard` or `none`.</param>
/// <param name="Warning">What a person should know; null if all is well.</param>
public sealed record LinkStatus(string Protection, string? Warning);

/// <summary>What there is to boot.</summary>
/// <param name="Title">The boot entry's; null if none is known.</param>
/// <param name="KernelRelease">`uname -r` of the payload kernel.</param>
/// <param name="KernelBytes">Size of the kernel.</param>
/// <param name="InitrdBytes">Size of all initrds together.</param>
/// <param name="DriversAvailable">Drivers for it can be handed out.</param>
/// <param name="Problem">Why there is nothing to boot; null if all is well, or not looked at yet.</param>
public sealed record BootStatus(string? Title, string? KernelRelease, long KernelBytes, long InitrdBytes, bool DriversAvailable, string? Problem);

/// <summary>A confirmed session.</summary>
/// <param name="Id">32 hexadecimal digits; not a secret.</param>
/// <param name="Key">The name of the desktop's key.</param>
/// <param name="Machine">Its address.</param>
/// <param name="Since">When its handshake was.</param>
public sealed record SessionStatus(string Id, string Key, string Machine, DateTimeOffset Since);

/// <summary>A connection to the block server.</summary>
/// <param name="Remote">Its address and port.</param>
/// <param name="Export">What it uses; never the capability itself.</param>
/// <param name="BytesRead">Bytes the desktop read.</param>
/// <param name="BytesWritten">Bytes the desktop wrote.</param>
/// <param name="Requests">Requests served.</param>
/// <param name="Since">When transmission began.</param>
public sealed record ConnectionStatus(string Remote, string Export, long BytesRead, long BytesWritten, long Requests, DateTimeOffset Since);
