using Stiefel.Cli.Ramdisk.Packages;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public class PackageSetTests
{
    [Fact]
    public void ParseRelation_VersionsArchitecturesAlternatives_KeepsNames()
    {
        var relation = DebPackage.ParseRelation("libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0, perl:any");
        Assert.Equal(["libc6", "debconf/debconf-2.0", "perl"], relation.Select(names => string.Join('/', names)));
        Assert.Empty(DebPackage.ParseRelation(""));
    }

    [Fact]
    public void WithDependencies_Exclusion_CutsWhatOnlyItNeeds()
    {
        var set = new PackageSet([
            Package("lvm2", "libc6, debconf | debconf-2.0, libdevmapper"), Package("debconf", "perl-base"), Package("perl-base", "libcrypt"),
            Package("libc6", "libcrypt"), Package("libcrypt", "libc6"), Package("libdevmapper-1", "", "libdevmapper"), Package("other", ""),
        ]);
        Assert.Equal(["libc6", "libcrypt", "libdevmapper-1", "lvm2"], set.WithDependencies(["lvm2"], ["debconf"]).Select(package => package.Name));
        Assert.Contains("perl-base", set.WithDependencies(["lvm2"], []).Select(package => package.Name));
        Assert.Empty(set.WithDependencies(["unknown"], []));
    }

    [Fact]
    public void For_HostsOfSeveralKinds_ChoosesSuiteAndKernel()
    {
        var usual = new Cli.Configuration.DebianConfiguration();
        var debian = DebianSource.For(usual, null, "ID=debian\nVERSION_CODENAME=bookworm\n");
        Assert.Equal(("debian", "bookworm", "linux-image-amd64"), (debian.Distribution, debian.Suite, debian.KernelPackage));
        Assert.Empty(debian.MirrorArguments);

        var ubuntu = DebianSource.For(usual, null, "ID=ubuntu\nVERSION_CODENAME=\"noble\"\n");
        Assert.Equal(("ubuntu", "noble", "linux-image-generic"), (ubuntu.Distribution, ubuntu.Suite, ubuntu.KernelPackage));
        Assert.Equal(3, ubuntu.MirrorArguments.Count);

        Assert.Equal("trixie", DebianSource.For(usual, null, "ID=arch\n").Suite);
        Assert.Equal("sid", DebianSource.For(usual, null, "ID=debian\n").Suite);
        Assert.Equal(["http://m"], DebianSource.For(usual with { Mirror = "http://n" }, "http://m", "ID=debian\n").MirrorArguments);
    }

    private static DebPackage Package(string name, string depends, string provides = "")
        => new("", name, "1", DebPackage.ParseRelation(depends), [.. DebPackage.ParseRelation(provides).SelectMany(names => names)]);
}
