using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Protocol.Boot;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Single files to take from a package, with the libraries that they need, but without the package's other files and dependencies.</summary>
/// <param name="Package">The package's name in Debian.</param>
/// <param name="Paths">Files, or directories with everything below them. /bin and the like are merged into /usr.</param>
internal sealed record PackagePart(string Package, params IReadOnlyList<string> Paths);

/// <summary>The ramdisk's content according to a configuration.</summary>
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

    /// <summary>The libraries that the server links to, and OpenSSL, which it opens at run time.</summary>
    private static readonly string[] s_libraries = ["libc.so.6", "libm.so.6", "libssl.so.3", "libcrypto.so.3"];

    public IReadOnlyList<PackagePart> Parts { get; private init; } = s_base;
    public IReadOnlyList<string> Libraries { get; private init; } = s_libraries;

    /// <summary>Packages to include whole, with their dependencies.</summary>
    public IReadOnlyList<string> WholePackages { get; private init; } = [];

    /// <summary>Needed only to be searched for <see cref="Libraries"/>.</summary>
    public IReadOnlyList<string> LibraryPackages { get; private init; } = ["libssl3"];

    public IReadOnlyList<string> ExcludedPackages { get; private init; } = [];
    public IReadOnlyList<string> ExcludedPaths { get; private init; } = [];
    public ModuleRules KernelModules { get; private init; } = ModuleRules.Usual;

    /// <summary>The laptop's own files to include.</summary>
    public IReadOnlyList<IncludedFile> Files { get; private init; } = [];

    /// <summary>The laptop's own firmware files to include, as prefixes of paths.</summary>
    public IReadOnlyList<string> Firmware { get; private init; } = [];

    /// <summary>Drivers that do not come with the kernel and have to be built.</summary>
    public IReadOnlyList<ForeignDriver> Drivers { get; private init; } = [];

    /// <summary>Components of the archive that these parts need in addition to the configured ones.</summary>
    public IReadOnlyList<string> MoreComponents { get; private init; } = [];

    /// <summary>The shell on tty2 and ttyS1; null for none.</summary>
    public string? DebugShell { get; private init; }

    public Compression Compression { get; private init; }

    /// <summary>Largest size in MiB; null for a debug image, which may have any size.</summary>
    public int? SizeLimit { get; private init; }

    /// <summary>True if the server must not protect the link. If false, it does unless its kernel arguments say stiefel.Link.Protection=none.</summary>
    public bool LinkInTheOpen { get; private init; }

    /// <summary>True if the programs are those of every ramdisk, so that they can come from Stiefel's package.</summary>
    public bool HasUsualPrograms => ReferenceEquals(Parts, s_base) && WholePackages.Count == 0 && DebugShell is null;

    /// <summary>All packages to download, except the kernel.</summary>
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
