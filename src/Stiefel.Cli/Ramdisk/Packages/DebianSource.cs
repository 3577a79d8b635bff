using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Ramdisk.Packages;

/// <summary>Which distribution the ramdisk's packages come from.</summary>
/// <param name="Distribution">`debian` or `ubuntu`.</param>
/// <param name="Suite">Its release's code name.</param>
/// <param name="Mirror">Null: the usual ones, with updates.</param>
/// <param name="Components">Such as `main`.</param>
/// <param name="KernelPackage">The package that depends on the newest kernel.</param>
internal sealed record DebianSource(string Distribution, string Suite, string? Mirror, IReadOnlyList<string> Components, string KernelPackage)
{
    // On other systems: the newest stable Debian.
    private const string UsualSuite = "trixie";

    private static readonly string[] s_ubuntuPockets = ["", "-updates", "-security"];

    /// <param name="configuration">What it says wins.</param>
    /// <param name="mirror">From the command line; wins over the configuration.</param>
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

    /// <summary>What mmdebstrap takes as mirrors: nothing (it knows Debian's), an address, or lines of sources.list.</summary>
    public IReadOnlyList<string> MirrorArguments => (Distribution, Mirror) switch
    {
        (_, { } mirror) => [mirror],
        ("ubuntu", _) => [.. s_ubuntuPockets.Select(pocket => $"deb http://archive.ubuntu.com/ubuntu {Suite}{pocket} {string.Join(' ', Components)}")],
        _ => [],
    };
}
