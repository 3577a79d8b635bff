using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Cli.Configuration;

/// <summary>The checked content of config.yaml. Every key is optional; the defaults are given here.</summary>
internal sealed record StiefelConfiguration
{
    /// <summary>The file that was read, or null if there was none.</summary>
    public string? File { get; init; }

    public IReadOnlySet<string> Modules { get; init; } = new HashSet<string>();
    public BootConfiguration Boot { get; init; } = new();
    public AutokexecConfiguration Autokexec { get; init; } = new();
    public ServerSetupConfiguration ServerSetup { get; init; } = new();
    public LinkConfiguration Link { get; init; } = new();
    public NetworkConfiguration Network { get; init; } = new();
    public InitrdConfiguration Initrd { get; init; } = new();
    public PathConfiguration Paths { get; init; } = new();
    public ModuleConfigurations ModuleConfigs { get; init; } = new();

    /// <summary>Settings that are accepted for the sake of old files but have no effect; one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>`boot`: the disk to serve, and where its kernel is. Everything but the disk may be null, which means that it is searched for.</summary>
internal sealed record BootConfiguration
{
    public string? Disk { get; init; }
    public BootPartition? Partition { get; init; }

    /// <summary>`boot.load`: what to boot regardless of the disk's boot loader; null to follow the boot loader.</summary>
    public BootLoad? Load { get; init; }
}

/// <summary>`boot.load`: paths below the root of the boot partition, and the complete command line.</summary>
internal sealed record BootLoad(string Kernel, string Initrd, string CommandLine);

/// <summary>`boot.part`. <see cref="LuksBlock"/> is the encrypted device that must be opened first.</summary>
internal sealed record BootPartition(string? Block, string? LuksBlock);

/// <summary>`autokexec`: what makes the laptop leave its OS and serve.</summary>
internal sealed record AutokexecConfiguration
{
    public bool Broadcast { get; init; } = true;

    /// <summary>The laptop leaves when one of <see cref="Macs"/> is plugged in.</summary>
    public bool MacDetection { get; init; }

    /// <summary>Addresses of the network cards for <see cref="MacDetection"/>.</summary>
    public IReadOnlyList<MacAddress> Macs { get; init; } = [];

    /// <summary>Names of the interfaces on which calls are accepted; none means all that do not lead to the internet.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Accept calls on interfaces with a default route, too.</summary>
    public bool Internet { get; init; }

    /// <summary>How the ramdisk is started.</summary>
    public LeavingWay Leave { get; init; } = LeavingWay.Auto;

    /// <summary>Longest accepted grace time; people would forget a longer one.</summary>
    public const int MostGraceSeconds = 3600;

    /// <summary>Seconds between the warning and closing everything.</summary>
    public int GraceSeconds { get; init; } = 10;

    /// <summary>The power that the laptop must have to leave.</summary>
    public PowerDemand Power { get; init; } = PowerDemand.Any;
}

/// <summary>`autokexec.leave`.</summary>
internal enum LeavingWay
{
    /// <summary>By kexec; if the kernel refuses that, by a restart, if a boot entry can be started once.</summary>
    Auto,

    /// <summary>Directly from the running kernel, within seconds. The ramdisk then needs a graphics driver to show anything.</summary>
    Kexec,

    /// <summary>By a restart through firmware and boot loader, so that the screen works. Needs an installed boot entry.</summary>
    Firmware,
}

/// <summary>`server-setup`: where the ramdisk lies on the laptop, and its extra kernel arguments.</summary>
internal sealed record ServerSetupConfiguration
{
    public const string DefaultDirectory = "/var/lib/stiefel";

    public string Kernel { get; init; } = DefaultDirectory + "/stiefel-vmlinuz";
    public string Initrd { get; init; } = DefaultDirectory + "/stiefel-initrd.img";

    /// <summary>The image offered to desktops that boot over the network; `create-initrd` writes it beside the initrd.</summary>
    public string NetBoot => Path.Combine(Path.GetDirectoryName(Initrd) ?? "/", "stiefel-netboot.img");

    public IReadOnlyList<string> CommandLine { get; init; } = [];
}

/// <summary>`link`.</summary>
internal sealed record LinkConfiguration
{
    public LinkProtection Protection { get; init; } = LinkProtection.WireGuard;

    /// <summary>The largest packet on the cable in bytes; null for what both cards and the cable carry.</summary>
    public int? Mtu { get; init; }

    /// <summary>If the laptop's system on a desktop may use the network behind the card of its disk.</summary>
    public LinkInternet Internet { get; init; } = LinkInternetWords.Usual;

    /// <summary>The smallest packet in bytes that a link with this protection may be limited to.</summary>
    public static int LeastMtu(LinkProtection protection) => protection == LinkProtection.WireGuard ? TunnelPlan.LeastLinkMtu : TunnelPlan.LeastLinkMtu - TunnelPlan.Overhead;
}

/// <summary>`network`.</summary>
internal sealed record NetworkConfiguration
{
    public DhcpChoice Dhcp { get; init; } = DhcpChoice.Auto;

    public DhcpClientChoice DhcpClient { get; init; } = DhcpClientChoice.On;

    /// <summary>Addresses that cards get while the laptop serves, in addition to those that they have.</summary>
    public IReadOnlyList<StaticAddress> Addresses { get; init; } = [];
}

/// <summary>`network.dhcp`: whether a serving laptop answers DHCP requests of desktops that boot over the network.</summary>
internal enum DhcpChoice
{
    /// <summary>Answer on cables without a router and without another DHCP server.</summary>
    Auto,

    /// <summary>Never answer.</summary>
    Off,

    /// <summary>Answer beside a router, too.</summary>
    Always,
}

/// <summary>`network.dhcp-client`: whether cards of a serving laptop without an address of their own here borrow one from a DHCP server.</summary>
internal enum DhcpClientChoice
{
    /// <summary>Address and prefix only.</summary>
    On,

    /// <summary>No server is asked.</summary>
    Off,

    /// <summary>The default route as well.</summary>
    Router,
}

/// <summary>`paths`; relative paths start at the configuration file's directory.</summary>
internal sealed record PathConfiguration
{
    /// <summary>Directory of what is kept between runs: packages and finished steps.</summary>
    public string Cache { get; init; } = DefaultCache();

    /// <summary>Directory for the unpacked ramdisk and unfinished files; null means inside the cache.</summary>
    public string? Work { get; init; }

    /// <summary>Name of the unpacked ramdisk inside <see cref="Work"/>.</summary>
    public string InitrdDirectory { get; init; } = "initrd";

    private static string DefaultCache() => Environment.IsPrivilegedProcess
        ? "/var/cache/stiefel"
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } directory
                ? directory
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "stiefel");
}

/// <summary>`module-configs`.</summary>
internal sealed record ModuleConfigurations
{
    public DebugConfiguration Debug { get; init; } = new();
}

/// <summary>`module-configs.debug`: applies if the module `debug` is chosen.</summary>
internal sealed record DebugConfiguration
{
    public string? Shell { get; init; }
    public bool KeepExcludedPackages { get; init; }
    public bool KeepExcludedPaths { get; init; }
    public Compression Compression { get; init; } = new(CompressionFormat.Zstd, 1);
    public IReadOnlyList<string> ExtraPackages { get; init; } = [];
}
