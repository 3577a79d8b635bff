using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Boot;

/// <summary>Answer of GET /, plain JSON: all that a stranger may know.</summary>
/// <param name="What">Always `stiefel`.</param>
/// <param name="Protocol">The versions spoken; this document's is 1.</param>
/// <param name="Needs">What the server waits for before it can serve; empty if nothing.</param>
public sealed record ServerGreeting(string What, IReadOnlyList<int> Protocol, IReadOnlyList<string> Needs);

/// <summary>One file the server will stream: its length and what it must hash to.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record BootFile(long Size, string Sha256);

/// <summary>How the payload reaches its disk.</summary>
/// <remarks>
/// What has a default is `set`, here and in <see cref="BootManifest"/>: generated JSON code gives every `init` member a value,
/// and a missing one would be null or 0 instead of its default.
/// </remarks>
public sealed record LinkParameters
{
    /// <summary>A word of <see cref="LinkProtectionWords"/>, or one of a later version.</summary>
    public string Protection { get; set; } = LinkProtection.None.Word();

    /// <summary>What <see cref="Protection"/> says; null if this version does not know it.</summary>
    [JsonIgnore]
    public LinkProtection? KnownProtection => LinkProtectionWords.Read(Protection);

    /// <summary>Bytes.</summary>
    public int Mtu { get; set; } = 1500;

    /// <summary>Seconds after which the kernel gives up on an unanswered request's connection (NBD_ATTR_TIMEOUT).</summary>
    public int RequestTimeoutSeconds { get; set; } = 5;

    /// <summary>Seconds the kernel holds requests without a connection (NBD_ATTR_DEAD_CONN_TIMEOUT); 0 means for ever.</summary>
    public int DeadConnectionSeconds { get; set; } = 600;

    /// <summary>Seconds that the end of the payload may wait for the laptop, to say goodbye.</summary>
    public int ExitWaitSeconds { get; set; } = 300;
}

/// <summary>What the server offers to boot; the sealed part of the handshake's answer (docs/protocol.md#manifest).</summary>
public sealed record BootManifest
{
    /// <summary>What a person would call this boot entry.</summary>
    public required string Title { get; init; }

    /// <summary>The laptop's name, shown on the desktop's console.</summary>
    public string Laptop { get; set; } = "";

    /// <summary>The kernel image; null while the boot files are locked.</summary>
    public required BootFile Kernel { get; init; }

    /// <summary>All initrds of the entry, concatenated, each aligned to 4 bytes.</summary>
    public required BootFile Initrd { get; init; }

    /// <summary>The payload kernel's arguments as its boot entry gives them.</summary>
    public required string CommandLine { get; init; }

    /// <summary>`uname -r` of the payload kernel, read from its image; empty if unknown.</summary>
    public string KernelRelease { get; set; } = "";

    /// <summary>True if POST /v1/modules can answer with drivers for this kernel.</summary>
    public bool DriversAvailable { get; set; }

    /// <summary>True if POST /v1/machine is understood, and wanted before all else.</summary>
    public bool TakesMachine { get; set; }

    /// <summary>How the link is to be used.</summary>
    public LinkParameters Link { get; set; } = new();

    /// <summary>What else could be booted; null from a laptop that offers no choice.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EntryMenu? Menu { get; set; }

    /// <summary>
    /// Present: the boot files lie on an encrypted device, and of all else only laptop and link say anything until POST /v1/unlock has answered with the
    /// whole manifest.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LockedBoot? Locked { get; set; }

    /// <summary>What a desktop is told of an encrypted laptop before it has unlocked it.</summary>
    public static BootManifest ForLocked(LockedBoot locked, string laptop, LinkParameters link) => new()
    {
        Title = "", Laptop = laptop, Kernel = new BootFile(0, ""), Initrd = new BootFile(0, ""), CommandLine = "", Link = link, Locked = locked,
    };
}

/// <summary>An encrypted device that must be opened before anything can be booted.</summary>
/// <param name="Device">What the laptop calls it: `/dev/nvme0n1p3`, `vg/boot`.</param>
/// <param name="Label">Its LUKS label; empty if it has none.</param>
/// <param name="Uuid">Its LUKS identifier; empty if unknown.</param>
/// <param name="MayHandOver">The laptop's owner allows that the passphrase is handed on to the payload's initrd.</param>
public sealed record LockedBoot(string Device, string Label, string Uuid, bool MayHandOver);

/// <summary>Body of POST /v1/unlock is the passphrase itself: its bytes, 1 to <see cref="MaxPassphraseBytes"/>. This is the answer.</summary>
public sealed record UnlockAnswer
{
    /// <summary>Bytes of a passphrase that can be typed (cryptsetup(8), NOTES ON PASSPHRASE PROCESSING FOR LUKS).</summary>
    public const int MaxPassphraseBytes = 512;

    /// <summary>Wrong passphrases of one session.</summary>
    public const int MaxTries = 3;

    /// <summary>What to boot; null if the passphrase is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BootManifest? Manifest { get; set; }

    /// <summary>How often this session may still try.</summary>
    public required int TriesLeft { get; init; }
}

/// <summary>Body of POST /v1/machine: which machine the client runs on, and which run of it this is (docs/protocol.md#machine).</summary>
/// <param name="Machine">64 hexadecimal digits that no other machine has; empty if nothing tells this one from others.</param>
/// <param name="Boot">32 hexadecimal digits that no other run of a kernel has.</param>
public sealed record MachineIdentity(string Machine, string Boot)
{
    /// <summary>Members have these lengths and nothing but lower-case hexadecimal digits.</summary>
    [JsonIgnore]
    public bool IsSound => Machine.Length is 0 or 64 && Boot.Length == 32 && (Machine + Boot).All(char.IsAsciiHexDigitLower);
}

/// <summary>Body of POST /v1/modules: the modaliases on the way to the client's network interfaces.</summary>
public sealed record DriversRequest(IReadOnlyList<string> Modaliases);

/// <summary>Body of POST /v1/export: the client has all it needs, the disk may be granted.</summary>
/// <param name="TakeOver">End a live session of another desktop.</param>
/// <param name="TunnelKey">The desktop's WireGuard public key as <see cref="Tunnel.TunnelKey"/> writes it; null if the link's protection is none.</param>
public sealed record ExportRequest(
    bool TakeOver,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TunnelKey = null);

/// <summary>Answer of POST /v1/export.</summary>
/// <param name="Name">The capability: the export's name, known only to this session.</param>
/// <param name="Port">TCP port of the block server.</param>
/// <param name="SizeBytes">Size of the disk.</param>
/// <param name="ReadOnly">True if writes will be refused.</param>
/// <param name="Tunnel">The way to it; null if it is on the laptop's own address, in the open.</param>
public sealed record ExportGrant(
    string Name,
    int Port,
    long SizeBytes,
    bool ReadOnly,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TunnelGrant? Tunnel = null);

/// <summary>The laptop's end of the tunnel (docs/protocol.md#tunnel).</summary>
/// <param name="Key">Its WireGuard public key, as <see cref="Tunnel.TunnelKey"/> writes it.</param>
/// <param name="Port">The UDP port it listens on.</param>
public sealed record TunnelGrant(string Key, int Port);

/// <summary>A sealed refusal: only an authenticated peer sees why.</summary>
/// <param name="Code">One of <see cref="RefusalCodes"/>.</param>
/// <param name="Message">One line for the person at the desktop: what, and what to do.</param>
public sealed record Refusal(string Code, string Message);

/// <summary>Values of <see cref="Refusal.Code"/>.</summary>
public static class RefusalCodes
{
    /// <summary>Another desktop has the disk, or this laptop uses it.</summary>
    public const string DiskInUse = "disk-in-use";
    /// <summary>No kernel and initrd were found.</summary>
    public const string NoBootFiles = "no-boot-files";
    /// <summary>There are no drivers for that kernel.</summary>
    public const string NoDrivers = "no-drivers";

    /// <summary>The boot files are locked: POST /v1/unlock comes first.</summary>
    public const string Locked = "locked";

    /// <summary>This session may try no passphrase any more.</summary>
    public const string NoTriesLeft = "no-tries-left";

    /// <summary>There is no such boot entry, or no longer.</summary>
    public const string NoSuchEntry = "no-such-entry";

    /// <summary>Something else failed, which the message names.</summary>
    public const string Failed = "failed";
}
