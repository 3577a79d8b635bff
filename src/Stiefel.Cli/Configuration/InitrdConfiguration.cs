namespace Stiefel.Cli.Configuration;

/// <summary>`initrd`: what goes into the ramdisk.</summary>
internal sealed record InitrdConfiguration
{
    /// <summary>Debian packages besides those that the ramdisk needs; their dependencies come along.</summary>
    public IReadOnlyList<string> IncludePackages { get; init; } = [];

    /// <summary>Kernel modules besides the usual ones: names, or paths below lib/modules/RELEASE/kernel/ that begin so.</summary>
    public IReadOnlyList<string> IncludeModules { get; init; } = [];

    /// <summary>Files of the laptop's own.</summary>
    public IReadOnlyList<IncludedFile> IncludeFiles { get; init; } = [];

    /// <summary>Firmware: how its paths below /lib/firmware begin.</summary>
    public IReadOnlyList<string> IncludeFirmware { get; init; } = [];

    /// <summary>Drivers that are built for the ramdisk's kernel.</summary>
    public IReadOnlyList<ForeignDriver> Drivers { get; init; } = [];

    /// <summary>The shell of the debug consoles.</summary>
    public string? Shell { get; init; }

    /// <summary>The kernel that the ramdisk has.</summary>
    public RamdiskKernel Kernel { get; init; } = RamdiskKernel.Own;

    public DebianConfiguration Debian { get; init; } = new();
    public PackingConfiguration Packing { get; init; } = new();
}

/// <summary>`initrd.kernel`.</summary>
internal enum RamdiskKernel
{
    /// <summary>The newest that is installed on the laptop and has what the ramdisk needs; Debian's if there is none.</summary>
    Own,

    /// <summary>Debian's, from its mirror.</summary>
    Debian,
}

/// <summary>`initrd.debian`: where packages come from. Null means: as this machine, if it is a Debian or an Ubuntu.</summary>
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

    /// <summary>Paths, relative to the ramdisk's root, that are left out with all that is below them.</summary>
    public IReadOnlyList<string> ExcludePaths { get; init; } =
    [
        "usr/share/bash-completion", "usr/share/bug", "usr/share/common-licenses", "usr/share/doc", "usr/share/doc-base",
        "usr/share/info", "usr/share/initramfs-tools", "usr/share/lintian", "usr/share/locale", "usr/share/man",
        "usr/share/menu", "usr/share/zsh", "usr/include", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log", "boot",
    ];

    /// <summary>Packages that never come along as a dependency of another, nor what only they need.</summary>
    public IReadOnlyList<string> ExcludePackages { get; init; } =
        ["debconf", "dpkg", "perl-base", "initramfs-tools", "initramfs-tools-core", "dracut", "udev", "tar", "coreutils", "adduser", "passwd", "init-system-helpers"];

    /// <summary>MiB of compressed image at which the build fails.</summary>
    public int SizeLimit { get; init; } = DefaultSizeLimit;
}
