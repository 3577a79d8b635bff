namespace Stiefel.Protocol.Control;

/// <summary>What a server is doing now.</summary>
public sealed record StatusDocument
{
    /// <summary>The laptop's name.</summary>
    public required string Laptop { get; init; }

    /// <summary>The server program's version.</summary>
    public required string Version { get; init; }

    /// <summary>When the server started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The served disk.</summary>
    public required DiskStatus Disk { get; init; }

    /// <summary>How the disk's blocks cross the link; null for an open export, and from a server that does not say it yet.</summary>
    public LinkStatus? Link { get; init; }

    /// <summary>What there is to boot; null without a boot plane.</summary>
    public BootStatus? Boot { get; init; }

    /// <summary>The way back to the laptop's own system; null where the machine is not the server's to restart, and from a server that does not say it yet.</summary>
    public ReturnStatus? Return { get; init; }

    /// <summary>Desktops that proved to hold a key.</summary>
    public required IReadOnlyList<SessionStatus> Sessions { get; init; }

    /// <summary>Connections to the block server.</summary>
    public required IReadOnlyList<ConnectionStatus> Connections { get; init; }

    /// <summary>What each desktop did lately.</summary>
    public required IReadOnlyList<MachineStatus> Machines { get; init; }
}

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
public sealed record BootStatus(string? Title, string? KernelRelease, long KernelBytes, long InitrdBytes, bool DriversAvailable, string? Problem)
{
    /// <summary>What decided that it is this entry: a loader's configuration, `boot.load`, the entry that the laptop itself was started by.</summary>
    public string? Decided { get; set; }

    /// <summary>Titles of the other entries that a desktop can choose, in their loader's order.</summary>
    public IReadOnlyList<string> Others { get; set; } = [];

    /// <summary>What was found and is not booted, and why; one line each.</summary>
    public IReadOnlyList<string> PassedOver { get; set; } = [];

    /// <summary>Systems on the disk that are not offered: Windows, a memory test.</summary>
    public IReadOnlyList<string> OtherSystems { get; set; } = [];

    /// <summary>What a person may want to know about how the entry was read.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];
}

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
