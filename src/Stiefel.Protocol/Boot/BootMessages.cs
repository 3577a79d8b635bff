using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Boot;

/// <summary>Answer of GET /, as plain JSON: everything that a stranger may know.</summary>
/// <param name="What">Always `stiefel`.</param>
/// <param name="Protocol">The protocol versions that the server supports; the current one is 1.</param>
/// <param name="Needs">What the server waits for before it can serve; empty if nothing.</param>
public sealed record ServerGreeting(string What, IReadOnlyList<int> Protocol, IReadOnlyList<string> Needs);

/// <summary>A file that the server will stream: its length and its hash.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record BootFile(long Size, string Sha256);

/// <summary>How the payload reaches its disk.</summary>
/// <remarks>
/// Members with a default are `set` instead of `init`, here and in <see cref="BootManifest"/>: generated JSON code assigns every `init`
/// member, so a missing one would become null or 0 instead of keeping its default.
/// </remarks>
public sealed record LinkParameters
{
    /// <summary>A word of <see cref="LinkProtectionWords"/>, or one of a later version.</summary>
    public string Protection { get; set; } = LinkProtection.None.Word();

    /// <summary>The meaning of <see cref="Protection"/>; null if this version does not know the word.</summary>
    [JsonIgnore]
    public LinkProtection? KnownProtection => LinkProtectionWords.Read(Protection);

    /// <summary>Maximum transmission unit of the link, in bytes.</summary>
    public int Mtu { get; set; } = 1500;

    /// <summary>Seconds after which the kernel gives up a connection on which a request stays unanswered (NBD_ATTR_TIMEOUT).</summary>
    public int RequestTimeoutSeconds { get; set; } = 5;

    /// <summary>Seconds for which the kernel holds requests without a connection (NBD_ATTR_DEAD_CONN_TIMEOUT); 0 means for ever.</summary>
    public int DeadConnectionSeconds { get; set; } = 600;

    /// <summary>Seconds for which the payload, when it shuts down, may wait for the laptop to say goodbye.</summary>
    public int ExitWaitSeconds { get; set; } = 300;

    /// <summary>A word of <see cref="LinkInternetWords"/>, or one of a later version, which means <see cref="LinkInternetWords.Usual"/> here.</summary>
    public string Internet { get; set; } = LinkInternetWords.Usual.Word();

    /// <summary>The meaning of <see cref="Internet"/>.</summary>
    [JsonIgnore]
    public LinkInternet KnownInternet => LinkInternetWords.Read(Internet) ?? LinkInternetWords.Usual;
}

/// <summary>Describes what the server offers to boot; the sealed part of the handshake's answer (docs/protocol.md#manifest).</summary>
public sealed record BootManifest
{
    /// <summary>The boot entry's title, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The laptop's name, shown on the desktop's console.</summary>
    public string Laptop { get; set; } = "";

    /// <summary>The kernel image; null while the boot files are locked.</summary>
    public required BootFile Kernel { get; init; }

    /// <summary>All initrds of the entry, concatenated, each aligned to 4 bytes.</summary>
    public required BootFile Initrd { get; init; }

    /// <summary>The payload kernel's arguments, as its boot entry states them.</summary>
    public required string CommandLine { get; init; }

    /// <summary>`uname -r` of the payload kernel, read from its image; empty if unknown.</summary>
    public string KernelRelease { get; set; } = "";

    /// <summary>True if POST /v1/modules can answer with drivers for this kernel.</summary>
    public bool DriversAvailable { get; set; }

    /// <summary>True if the server supports POST /v1/machine and wants it before any other request.</summary>
    public bool TakesMachine { get; set; }

    /// <summary>How to use the link.</summary>
    public LinkParameters Link { get; set; } = new();

    /// <summary>The other entries that can be booted; null from a laptop that offers no choice.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EntryMenu? Menu { get; set; }

    /// <summary>
    /// Set if the boot files are on an encrypted device. Until POST /v1/unlock has answered with the whole manifest, only this member and
    /// those for laptop and link are valid.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LockedBoot? Locked { get; set; }

    /// <summary>The manifest that a desktop gets from an encrypted laptop before it has unlocked it.</summary>
    public static BootManifest ForLocked(LockedBoot locked, string laptop, LinkParameters link) => new()
    {
        Title = "", Laptop = laptop, Kernel = new BootFile(0, ""), Initrd = new BootFile(0, ""), CommandLine = "", Link = link, Locked = locked,
    };

    /// <summary>The manifest for a client that wants the disk and nothing to boot: only the members for laptop and link are valid.</summary>
    public static BootManifest ForDisk(string laptop, LinkParameters link) => new()
    {
        Title = "", Laptop = laptop, Kernel = new BootFile(0, ""), Initrd = new BootFile(0, ""), CommandLine = "", Link = link,
    };
}

/// <summary>An encrypted device that must be unlocked before anything can be booted.</summary>
/// <param name="Device">The device's name on the laptop: `/dev/nvme0n1p3`, `vg/boot`.</param>
/// <param name="Label">Its LUKS label; empty if it has none.</param>
/// <param name="Uuid">Its LUKS identifier; empty if unknown.</param>
/// <param name="MayHandOver">True if the laptop's owner allows handing the passphrase on to the payload's initrd.</param>
public sealed record LockedBoot(string Device, string Label, string Uuid, bool MayHandOver);

/// <summary>Answer of POST /v1/unlock. The request's body is the passphrase itself, 1 to <see cref="MaxPassphraseBytes"/> bytes.</summary>
public sealed record UnlockAnswer
{
    /// <summary>Largest number of bytes in a typed passphrase (cryptsetup(8), NOTES ON PASSPHRASE PROCESSING FOR LUKS).</summary>
    public const int MaxPassphraseBytes = 512;

    /// <summary>Number of wrong passphrases that one session may send.</summary>
    public const int MaxTries = 3;

    /// <summary>The whole manifest; null if the passphrase is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BootManifest? Manifest { get; set; }

    /// <summary>Number of passphrases that this session may still try.</summary>
    public required int TriesLeft { get; init; }
}

/// <summary>Body of POST /v1/machine: the machine that the client runs on, and the current boot of it (docs/protocol.md#machine).</summary>
/// <param name="Machine">64 hexadecimal digits that are unique to this machine; empty if nothing tells it from others.</param>
/// <param name="Boot">32 hexadecimal digits that are unique to this boot.</param>
public sealed record MachineIdentity(string Machine, string Boot)
{
    /// <summary>True if both members have the right length and consist of lower-case hexadecimal digits.</summary>
    [JsonIgnore]
    public bool IsSound => Machine.Length is 0 or 64 && Boot.Length == 32 && (Machine + Boot).All(char.IsAsciiHexDigitLower);
}

/// <summary>Body of POST /v1/modules: the modaliases of the client's network interfaces and of the devices they hang on.</summary>
public sealed record DriversRequest(IReadOnlyList<string> Modaliases);

/// <summary>Body of POST /v1/export: the client has everything it needs to boot and asks for the disk.</summary>
/// <param name="TakeOver">True to end another desktop's live session.</param>
/// <param name="TunnelKey">The desktop's WireGuard public key as <see cref="Tunnel.TunnelKey"/> writes it; null if the link's protection is none.</param>
/// <param name="ReadOnly">True for a disk that refuses writes.</param>
/// <param name="Guest">True for a snapshot, whose writes are discarded when the session ends.</param>
/// <param name="LargestMtu">The largest MTU in bytes that the desktop's card can do, if that is more than the usual 1500.</param>
public sealed record ExportRequest(
    bool TakeOver,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TunnelKey = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ReadOnly = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Guest = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? LargestMtu = null);

/// <summary>Answer of POST /v1/export.</summary>
/// <param name="Name">The export's name, a capability that only this session knows.</param>
/// <param name="Port">TCP port of the block server.</param>
/// <param name="SizeBytes">Size of the disk in bytes.</param>
/// <param name="ReadOnly">True if writes will be refused.</param>
/// <param name="Tunnel">The tunnel to the block server; null if the server listens unprotected on the laptop's own address.</param>
/// <param name="Guest">True if writes go to a snapshot, which is discarded when the session ends.</param>
public sealed record ExportGrant(
    string Name,
    int Port,
    long SizeBytes,
    bool ReadOnly,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TunnelGrant? Tunnel = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Guest = false);

/// <summary>The laptop's end of the tunnel (docs/protocol.md#tunnel).</summary>
/// <param name="Key">Its WireGuard public key, as <see cref="Tunnel.TunnelKey"/> writes it.</param>
/// <param name="Port">The UDP port it listens on.</param>
/// <param name="LargestMtu">An MTU of the link in bytes that both cards can do, larger than the manifest's, to be used if such packets arrive; null for none.</param>
public sealed record TunnelGrant(string Key, int Port, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? LargestMtu = null);

/// <summary>A sealed refusal, so that only an authenticated peer learns the reason.</summary>
/// <param name="Code">One of <see cref="RefusalCodes"/>.</param>
/// <param name="Message">One line for the person at the desktop: what is wrong and what to do.</param>
public sealed record Refusal(string Code, string Message);

/// <summary>Values of <see cref="Refusal.Code"/>.</summary>
public static class RefusalCodes
{
    /// <summary>Another desktop has the disk, or the laptop itself uses it.</summary>
    public const string DiskInUse = "disk-in-use";
    /// <summary>No kernel and initrd were found.</summary>
    public const string NoBootFiles = "no-boot-files";
    /// <summary>The server has no drivers for that kernel.</summary>
    public const string NoDrivers = "no-drivers";

    /// <summary>The boot files are locked; POST /v1/unlock must come first.</summary>
    public const string Locked = "locked";

    /// <summary>This session may not try any more passphrases.</summary>
    public const string NoTriesLeft = "no-tries-left";

    /// <summary>The boot entry does not exist, or no longer does.</summary>
    public const string NoSuchEntry = "no-such-entry";

    /// <summary>Something else failed; the message says what.</summary>
    public const string Failed = "failed";
}
