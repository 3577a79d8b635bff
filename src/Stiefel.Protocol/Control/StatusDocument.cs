namespace Stiefel.Protocol.Control;

/// <summary>The current state of a server.</summary>
public sealed record StatusDocument
{
    /// <summary>The laptop's name.</summary>
    public required string Laptop { get; init; }

    /// <summary>The server program's version.</summary>
    public required string Version { get; init; }

    /// <summary>When the server started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What the laptop is doing, in the words of its own screen; null from an older server.</summary>
    public ServingHeadline? Headline { get; init; }

    /// <summary>The served disk.</summary>
    public required DiskStatus Disk { get; init; }

    /// <summary>How the disk's blocks cross the link; null for an open export, and from an older server.</summary>
    public LinkStatus? Link { get; init; }

    /// <summary>What can be booted; null without a boot plane.</summary>
    public BootStatus? Boot { get; init; }

    /// <summary>The way back to the laptop's own system; null where the server may not restart the machine, and from an older server.</summary>
    public ReturnStatus? Return { get; init; }

    /// <summary>Sessions of desktops that have proved to hold a key.</summary>
    public required IReadOnlyList<SessionStatus> Sessions { get; init; }

    /// <summary>Connections to the block server.</summary>
    public required IReadOnlyList<ConnectionStatus> Connections { get; init; }

    /// <summary>The recent events of each desktop.</summary>
    public required IReadOnlyList<MachineStatus> Machines { get; init; }
}

/// <summary>The served disk.</summary>
/// <param name="Path">The disk's path as the settings state it.</param>
/// <param name="ReadOnly">True if writes are refused.</param>
/// <param name="State">The current use of the disk.</param>
/// <param name="HeldBy">The session that holds the latest grant; null if none.</param>
/// <param name="HeldSince">When the disk was granted to it; null if none.</param>
public sealed record DiskStatus(string Path, bool ReadOnly, DiskState State, string? HeldBy, DateTimeOffset? HeldSince);

/// <summary>The link between laptop and desktops.</summary>
/// <param name="Protection">`wireguard` or `none`.</param>
/// <param name="Warning">A warning for people; null if all is well.</param>
public sealed record LinkStatus(string Protection, string? Warning);

/// <summary>The boot entry that the server offers.</summary>
/// <param name="Title">The boot entry's title; null if no entry is known.</param>
/// <param name="KernelRelease">`uname -r` of the payload kernel.</param>
/// <param name="KernelBytes">Size of the kernel in bytes.</param>
/// <param name="InitrdBytes">Size of all initrds together, in bytes.</param>
/// <param name="DriversAvailable">True if the server can hand out drivers for this kernel.</param>
/// <param name="Problem">Why there is nothing to boot; null if all is well, or the disk has not been read yet.</param>
public sealed record BootStatus(string? Title, string? KernelRelease, long KernelBytes, long InitrdBytes, bool DriversAvailable, string? Problem)
{
    /// <summary>What made the server choose this entry: a loader's configuration, `boot.load`, or the entry that started the laptop itself.</summary>
    public string? Decided { get; set; }

    /// <summary>Titles of the other entries that a desktop can choose, in their loader's order.</summary>
    public IReadOnlyList<string> Others { get; set; } = [];

    /// <summary>Entries that were found but cannot be booted, and why; one line each.</summary>
    public IReadOnlyList<string> PassedOver { get; set; } = [];

    /// <summary>Systems on the disk that are not offered: Windows, a memory test.</summary>
    public IReadOnlyList<string> OtherSystems { get; set; } = [];

    /// <summary>Notes for people about how the entry was read.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];
}

/// <summary>A confirmed session.</summary>
/// <param name="Id">32 hexadecimal digits; not a secret.</param>
/// <param name="Key">The name of the desktop's key.</param>
/// <param name="Machine">The desktop's address.</param>
/// <param name="Since">When the handshake took place.</param>
public sealed record SessionStatus(string Id, string Key, string Machine, DateTimeOffset Since);

/// <summary>A connection to the block server.</summary>
/// <param name="Remote">The client's address and port.</param>
/// <param name="Export">The label of the export in use; never the capability itself.</param>
/// <param name="BytesRead">Bytes the desktop read.</param>
/// <param name="BytesWritten">Bytes the desktop wrote.</param>
/// <param name="Requests">Requests served.</param>
/// <param name="Since">When transmission began.</param>
public sealed record ConnectionStatus(string Remote, string Export, long BytesRead, long BytesWritten, long Requests, DateTimeOffset Since);
