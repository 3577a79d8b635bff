using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;

namespace Stiefel.Cli.Configuration;

/// <summary>config.yaml, checked. Every key is optional; what is missing has the default given here.</summary>
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

    /// <summary>Settings that are accepted, for the sake of old files or of later, and do nothing; one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>`boot`: the disk to serve, and where its kernel is found. Null means: find it, but for the disk itself.</summary>
internal sealed record BootConfiguration
{
    public string? Disk { get; init; }
    public BootPartition? Partition { get; init; }

    /// <summary>`boot.load`: what is booted whatever the disk's boot loader says; null to let that decide.</summary>
    public BootLoad? Load { get; init; }
}

/// <summary>`boot.load`: paths from the top of the boot partition, and all arguments.</summary>
internal sealed record BootLoad(string Kernel, string Initrd, string CommandLine);

/// <summary>`boot.part`. <see cref="LuksBlock"/> is the encrypted device that must be opened first.</summary>
internal sealed record BootPartition(string? Block, string? LuksBlock);

/// <summary>`autokexec`: what makes the laptop leave its OS and serve.</summary>
internal sealed record AutokexecConfiguration
{
    public bool Broadcast { get; init; } = true;

    /// <summary>The laptop leaves when one of <see cref="Macs"/> is plugged in.</summary>
    public bool MacDetection { get; init; }

    /// <summary>Addresses of network cards.</summary>
    public IReadOnlyList<MacAddress> Macs { get; init; } = [];

    /// <summary>Names of the interfaces on which calls are heard; none means all that do not lead to the internet.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Calls are also heard on interfaces with a default route.</summary>
    public bool Internet { get; init; }

    /// <summary>How the ramdisk is started.</summary>
    public LeavingWay Leave { get; init; } = LeavingWay.Kexec;

    /// <summary>Longer would be forgotten.</summary>
    public const int MostGraceSeconds = 3600;

    /// <summary>Between the warning and the end of everything that runs.</summary>
    public int GraceSeconds { get; init; } = 10;

    /// <summary>What the laptop must live on.</summary>
    public PowerDemand Power { get; init; } = PowerDemand.Any;
}

/// <summary>`autokexec.leave`.</summary>
internal enum LeavingWay
{
    /// <summary>From the running kernel, in seconds; graphics need a driver of their own then.</summary>
    Kexec,

    /// <summary>By firmware and boot loader, so that the screen works: takes an installed boot entry.</summary>
    Firmware,
}

/// <summary>`server-setup`: where the ramdisk lies on the laptop, and its extra kernel arguments.</summary>
internal sealed record ServerSetupConfiguration
{
    public const string DefaultDirectory = "/var/lib/stiefel";

    public string Kernel { get; init; } = DefaultDirectory + "/stiefel-vmlinuz";
    public string Initrd { get; init; } = DefaultDirectory + "/stiefel-initrd.img";

    /// <summary>Beside the initrd, where `create-initrd` writes it: what desktops without a stick are offered.</summary>
    public string NetBoot => Path.Combine(Path.GetDirectoryName(Initrd) ?? "/", "stiefel-netboot.img");

    public IReadOnlyList<string> CommandLine { get; init; } = [];
}

/// <summary>`link`.</summary>
internal sealed record LinkConfiguration
{
    public LinkProtection Protection { get; init; } = LinkProtection.WireGuard;
}

/// <summary>`network`.</summary>
internal sealed record NetworkConfiguration
{
    public DhcpChoice Dhcp { get; init; } = DhcpChoice.Auto;
}

/// <summary>`network.dhcp`: whether the laptop that serves answers desktops that boot over the network.</summary>
internal enum DhcpChoice
{
    /// <summary>On cables without a router and without another DHCP server.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,

    /// <summary>Also beside a router.</summary>
    Always,
}

/// <summary>`paths`; relative ones are relative to the file.</summary>
internal sealed record PathConfiguration
{
    /// <summary>Kept between runs: packages and finished steps.</summary>
    public string Cache { get; init; } = DefaultCache();

    /// <summary>The unpacked ramdisk and half-made files; null means inside the cache.</summary>
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

/// <summary>`module-configs.debug`: applies when the module `debug` is chosen.</summary>
internal sealed record DebugConfiguration
{
    public string? Shell { get; init; }
    public bool KeepExcludedPackages { get; init; }
    public bool KeepExcludedPaths { get; init; }
    public Compression Compression { get; init; } = new(CompressionFormat.Zstd, 1);
    public IReadOnlyList<string> ExtraPackages { get; init; } = [];
}
