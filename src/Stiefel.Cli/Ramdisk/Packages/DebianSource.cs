using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Ramdisk.Packages;

/// <summary>The distribution from which the ramdisk's packages come.</summary>
/// <param name="Distribution">`debian` or `ubuntu`.</param>
/// <param name="Suite">The release's code name.</param>
/// <param name="Mirror">The mirror's address; null for the usual mirrors, with updates.</param>
/// <param name="Components">The archive's components, such as `main`.</param>
/// <param name="KernelPackage">The package that depends on the newest kernel.</param>
internal sealed record DebianSource(string Distribution, string Suite, string? Mirror, IReadOnlyList<string> Components, string KernelPackage)
{
    // Used on other systems: the current stable Debian.
    private const string UsualSuite = "trixie";

    private static readonly string[] s_ubuntuPockets = ["", "-updates", "-security"];

    /// <param name="configuration">The configuration, which wins over this machine's distribution.</param>
    /// <param name="mirror">The mirror from the command line, which wins over the configuration.</param>
    /// <param name="osRelease">The text of /etc/os-release (man 5 os-release).</param>
    public static DebianSource For(DebianConfiguration configuration, string? mirror, string osRelease)
    {
        var system = new ShellSettings(osRelease.Split('\n'));
        var id = system["ID"];
        var codeName = system["VERSION_CODENAME"] is { Length: > 0 } name ? name : null;
        var ubuntu = id == "ubuntu" && configuration.Suite is null;
        return new DebianSource(
            ubuntu ? "ubuntu" : "debian",
            configuration.Suite ?? (ubuntu || id == "debian" ? codeName ?? "sid" : UsualSuite),
            mirror ?? configuration.Mirror,
            configuration.Components,
            configuration.KernelPackage ?? (ubuntu ? "linux-image-generic" : "linux-image-amd64"));
    }

    /// <summary>The mirror arguments for mmdebstrap: none (it knows Debian's), an address, or lines of sources.list.</summary>
    public IReadOnlyList<string> MirrorArguments => (Distribution, Mirror) switch
    {
        (_, { } mirror) => [mirror],
        ("ubuntu", _) => [.. s_ubuntuPockets.Select(pocket => $"deb http://archive.ubuntu.com/ubuntu {Suite}{pocket} {string.Join(' ', Components)}")],
        _ => [],
    };
}
