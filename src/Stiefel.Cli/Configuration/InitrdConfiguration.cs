namespace Stiefel.Cli.Configuration;

/// <summary>`initrd`: what goes into the ramdisk.</summary>
internal sealed record InitrdConfiguration
{
    /// <summary>Debian packages to add to those that the ramdisk needs; their dependencies are added, too.</summary>
    public IReadOnlyList<string> IncludePackages { get; init; } = [];

    /// <summary>Kernel modules to add to the usual ones: names, or prefixes of paths below lib/modules/RELEASE/kernel/.</summary>
    public IReadOnlyList<string> IncludeModules { get; init; } = [];

    /// <summary>The laptop's own files to add.</summary>
    public IReadOnlyList<IncludedFile> IncludeFiles { get; init; } = [];

    /// <summary>Firmware files to add: prefixes of their paths below /lib/firmware.</summary>
    public IReadOnlyList<string> IncludeFirmware { get; init; } = [];

    /// <summary>Drivers that are built for the ramdisk's kernel.</summary>
    public IReadOnlyList<ForeignDriver> Drivers { get; init; } = [];

    /// <summary>The shell of the debug consoles.</summary>
    public string? Shell { get; init; }

    /// <summary>The ramdisk's kernel.</summary>
    public RamdiskKernel Kernel { get; init; } = RamdiskKernel.Own;

    public DebianConfiguration Debian { get; init; } = new();
    public PackingConfiguration Packing { get; init; } = new();
}

/// <summary>`initrd.kernel`.</summary>
internal enum RamdiskKernel
{
    /// <summary>The newest installed kernel of the laptop that has what the ramdisk needs; Debian's if there is none.</summary>
    Own,

    /// <summary>Debian's kernel, from its mirror.</summary>
    Debian,
}

/// <summary>`initrd.debian`: where packages come from. Null means the same as on this machine, if it runs Debian or Ubuntu.</summary>
internal sealed record DebianConfiguration
{
    public string? Suite { get; init; }
    public string? Mirror { get; init; }
    public IReadOnlyList<string> Components { get; init; } = ["main"];
    public string? KernelPackage { get; init; }
}

/// <summary>`initrd.packing`.</summary>
internal sealed record PackingConfiguration
{
    public const int DefaultSizeLimit = 40;

    public Compression Compression { get; init; } = new(CompressionFormat.Zstd, 19);

    /// <summary>Paths below the ramdisk's root that are left out with everything below them.</summary>
    public IReadOnlyList<string> ExcludePaths { get; init; } =
    [
        "usr/share/bash-completion", "usr/share/bug", "usr/share/common-licenses", "usr/share/doc", "usr/share/doc-base",
        "usr/share/info", "usr/share/initramfs-tools", "usr/share/lintian", "usr/share/locale", "usr/share/man",
        "usr/share/menu", "usr/share/zsh", "usr/include", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log", "boot",
    ];

    /// <summary>Packages that are never added as a dependency; their own dependencies are not added for them either.</summary>
    public IReadOnlyList<string> ExcludePackages { get; init; } =
        ["debconf", "dpkg", "perl-base", "initramfs-tools", "initramfs-tools-core", "dracut", "udev", "tar", "coreutils", "adduser", "passwd", "init-system-helpers"];

    /// <summary>Largest accepted size of the compressed image in MiB; the build fails above it.</summary>
    public int SizeLimit { get; init; } = DefaultSizeLimit;
}
