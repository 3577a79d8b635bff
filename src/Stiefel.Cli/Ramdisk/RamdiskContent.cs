using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Protocol.Boot;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Single files of a package; the libraries they need come along, its other files and its dependencies do not.</summary>
/// <param name="Package">Debian's name.</param>
/// <param name="Paths">Files, or directories with all below them, with /bin and its like merged into /usr.</param>
internal sealed record PackagePart(string Package, params IReadOnlyList<string> Paths);

/// <summary>What a configuration asks the ramdisk to hold.</summary>
internal sealed record RamdiskContent
{
    private static readonly PackagePart[] s_base =
    [
        new("busybox-static", "usr/bin/busybox"),
        new("kmod", "usr/bin/kmod", "usr/sbin/modprobe", "usr/sbin/rmmod"),
        new("util-linux", "usr/sbin/blkid"),

        // What the server opens encrypted, mapped and mirrored boot partitions with. LVM's metadata it reads itself: lvm2 and what it links
        // to would be larger than all of these.
        new("cryptsetup-bin", "usr/sbin/cryptsetup"),
        new("dmsetup", "usr/sbin/dmsetup"),
        new("mdadm", "usr/sbin/mdadm"),

        // The server unpacks the laptop's own modules with these: Fedora's and Debian's are .ko.xz, Arch's and Ubuntu's .ko.zst.
        new("xz-utils", "usr/bin/xz"),
        new("zstd", "usr/bin/zstd"),
        new("kexec-tools", "usr/sbin/kexec", "usr/sbin/kexec-load-kernel"),
    ];

    /// <summary>What the server links to, and OpenSSL, which it opens by name when it runs.</summary>
    private static readonly string[] s_libraries = ["libc.so.6", "libm.so.6", "libssl.so.3", "libcrypto.so.3"];

    public IReadOnlyList<PackagePart> Parts { get; private init; } = s_base;
    public IReadOnlyList<string> Libraries { get; private init; } = s_libraries;

    /// <summary>Whole packages, with their dependencies.</summary>
    public IReadOnlyList<string> WholePackages { get; private init; } = [];

    /// <summary>Needed only to be searched for <see cref="Libraries"/>.</summary>
    public IReadOnlyList<string> LibraryPackages { get; private init; } = ["libssl3"];

    public IReadOnlyList<string> ExcludedPackages { get; private init; } = [];
    public IReadOnlyList<string> ExcludedPaths { get; private init; } = [];
    public ModuleRules KernelModules { get; private init; } = ModuleRules.Usual;

    /// <summary>Files of the laptop's own.</summary>
    public IReadOnlyList<IncludedFile> Files { get; private init; } = [];

    /// <summary>Firmware of the laptop's own: how its paths begin.</summary>
    public IReadOnlyList<string> Firmware { get; private init; } = [];

    /// <summary>Drivers that are not in the kernel, and are built.</summary>
    public IReadOnlyList<ForeignDriver> Drivers { get; private init; } = [];

    /// <summary>Components of the archive that the chosen parts need besides those configured.</summary>
    public IReadOnlyList<string> MoreComponents { get; private init; } = [];

    /// <summary>Shells on tty2 and ttyS1, or null.</summary>
    public string? DebugShell { get; private init; }

    public Compression Compression { get; private init; }

    /// <summary>MiB, or null for a debug image, which may be of any size.</summary>
    public int? SizeLimit { get; private init; }

    /// <summary>The server does not protect the link. Otherwise it does unless its kernel arguments say stiefel.Link.Protection=none.</summary>
    public bool LinkInTheOpen { get; private init; }

    /// <summary>Its programs are those that every ramdisk has, so that a package of ours can carry them.</summary>
    public bool HasUsualPrograms => ReferenceEquals(Parts, s_base) && WholePackages.Count == 0 && DebugShell is null;

    /// <summary>All that must be fetched, besides the kernel.</summary>
    public IReadOnlyList<string> AllPackages => [.. Parts.Select(part => part.Package).Concat(LibraryPackages).Concat(WholePackages).Distinct().Order(StringComparer.Ordinal)];

    public static RamdiskContent For(StiefelConfiguration configuration)
    {
        var debug = configuration.Modules.Contains("debug");
        var graphics = configuration.Modules.Contains("i915");
        var debugSettings = configuration.ModuleConfigs.Debug;
        var packing = configuration.Initrd.Packing;
        return new RamdiskContent
        {
            Parts = graphics ? [.. s_base, new("firmware-misc-nonfree", "usr/lib/firmware/i915")] : s_base,
            KernelModules = (graphics ? ModuleRules.Usual.With(["drivers/gpu/drm/i915/"]) : ModuleRules.Usual) with { Wanted = configuration.Initrd.IncludeModules },
            Files = configuration.Initrd.IncludeFiles,
            Firmware = configuration.Initrd.IncludeFirmware,
            Drivers = configuration.Initrd.Drivers,
            MoreComponents = graphics ? ["non-free-firmware"] : [],
            WholePackages =
            [
                .. configuration.Initrd.IncludePackages,
                .. debug ? debugSettings.ExtraPackages : [],
            ],
            ExcludedPackages = debug && debugSettings.KeepExcludedPackages ? [] : packing.ExcludePackages,
            ExcludedPaths = debug && debugSettings.KeepExcludedPaths ? [] : packing.ExcludePaths,
            DebugShell = debug ? debugSettings.Shell ?? configuration.Initrd.Shell ?? "/bin/sh" : null,
            Compression = debug ? debugSettings.Compression : packing.Compression,
            SizeLimit = debug ? null : packing.SizeLimit,
            LinkInTheOpen = configuration.Link.Protection == LinkProtection.None,
        };
    }
}
