namespace Stiefel.Cli.Laptop;

/// <summary>Distributions that lay a system out alike.</summary>
internal enum DistributionFamily
{
    /// <summary>Any other distribution.</summary>
    Other,

    /// <summary>Debian, Ubuntu, Mint.</summary>
    Debian,

    /// <summary>Fedora, RHEL, Alma, Rocky.</summary>
    Fedora,

    /// <summary>Arch, Manjaro, EndeavourOS.</summary>
    Arch,

    /// <summary>openSUSE, SLE.</summary>
    Suse,

    /// <summary>Gentoo.</summary>
    Gentoo,
}

/// <summary>The distribution, as os-release(5) tells.</summary>
/// <param name="Id">The distribution's ID, for example `debian`; empty if there is no such file.</param>
/// <param name="Name">The distribution's name, for people.</param>
/// <param name="Family">The family of similar distributions.</param>
internal sealed record Distribution(string Id, string Name, DistributionFamily Family)
{
    private static readonly (string Id, DistributionFamily Family)[] s_families =
    [
        ("debian", DistributionFamily.Debian), ("ubuntu", DistributionFamily.Debian), ("fedora", DistributionFamily.Fedora), ("rhel", DistributionFamily.Fedora),
        ("arch", DistributionFamily.Arch), ("suse", DistributionFamily.Suse), ("opensuse", DistributionFamily.Suse), ("gentoo", DistributionFamily.Gentoo),
    ];

    /// <summary>Reads os-release from a tree.</summary>
    public static Distribution Of(LaptopTree tree)
    {
        var release = new ShellSettings(tree.Lines(tree.HasFile("etc/os-release") ? "etc/os-release" : "usr/lib/os-release"));
        string[] ids = [release["ID"], .. release["ID_LIKE"].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var family = ids.Select(id => s_families.FirstOrDefault(one => id == one.Id || id.StartsWith(one.Id + "-", StringComparison.Ordinal)).Family)
            .FirstOrDefault(found => found != DistributionFamily.Other);
        var name = release["PRETTY_NAME"] is { Length: > 0 } pretty ? pretty : release["NAME"];
        return new Distribution(release["ID"], name.Length > 0 ? name : "a Linux that does not say its name (no /etc/os-release)", family);
    }
}
