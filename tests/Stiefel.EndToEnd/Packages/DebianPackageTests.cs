using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Packages;

/// <summary>Tests the .deb in fresh Debian roots without network and mmdebstrap: it is installed, used, upgraded and purged.</summary>
[Trait("Needs", "machines")]
public sealed class DebianPackageTests : IDisposable
{
    private const string Manifest = "var/lib/stiefel/manifest.json";

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    [Trait("Needs", "long")]
    public void Package_MadeTwice_IsTheSameBytes()
    {
        var first = Make("one");
        Assert.Equal(Scratch.Sha256(first), Scratch.Sha256(Make("two")));
    }

    [Theory]
    [Trait("Needs", "long")]
    [InlineData("bookworm", "libssl3")]
    [InlineData("trixie", "libssl3t64")]
    public void Package_InAFreshDebian_IsInstalledUsedUpgradedAndPurgedAndLeavesNothing(string suite, string libraries)
    {
        var package = Make("package");
        var root = new DebianRoot(suite, libraries, _scratch["root"]);
        var before = root.Names();
        File.Copy(package, root["stiefel.deb"]);
        root.Run("dpkg -i /stiefel.deb");
        Assert.Contains("+", root.Run("stiefel --version"), StringComparison.Ordinal);

        // Name the disk, because it cannot be detected in a chroot.
        root.Write("etc/stiefel/config.yaml", "boot:\n  disk: /dev/disk/by-id/laptop\n");
        var text = root.Run("stiefel setup-server-os --yes");
        Assert.Contains("of this laptop has what the ramdisk needs", text, StringComparison.Ordinal);
        var release = root.Run("ls /lib/modules").Trim();
        Assert.Equal(release, Release(root));
        Assert.Contains("ExecStart=/usr/bin/stiefel autokexec", File.ReadAllText(root["etc/systemd/system/stiefel-autokexec.service"]), StringComparison.Ordinal);

        Upgrade(root, release);
        root.Run("dpkg --remove stiefel");
        Assert.True(File.Exists(root["etc/stiefel/keys/stick.key"]));
        Assert.False(File.Exists(root[Manifest]) || File.Exists(root["etc/systemd/system/stiefel-autokexec.service"]));
        root.Run("dpkg --purge stiefel && rm -rf /stiefel* /boot/*.later");
        Assert.Equal(before, root.Names());
    }

    // Install another kernel, whose package runs our hook, then a newer version of our package.
    private static void Upgrade(DebianRoot root, string release)
    {
        root.Run($"cp -a /lib/modules/{release} /lib/modules/{release}.later && cp /boot/vmlinuz-{release} /boot/vmlinuz-{release}.later && cp /boot/config-{release} /boot/config-{release}.later");
        root.Run($"/etc/kernel/postinst.d/zz-stiefel {release}.later /boot/vmlinuz-{release}.later");
        Assert.Equal(release + ".later", Release(root));

        root.Run("dpkg-deb -R /stiefel.deb /stiefel-next && sed -i 's/^Version: .*/&.1/' /stiefel-next/DEBIAN/control && rm -r /lib/modules/*.later && dpkg-deb -b /stiefel-next /stiefel-next.deb");
        root.Run("dpkg -i /stiefel-next.deb");
        Assert.Equal(release, Release(root));
        Assert.Contains("ok installed", root.Run("dpkg -s stiefel | grep Status; dpkg-trigger --by-package=stiefel stiefel-ramdisk && dpkg --configure -a"), StringComparison.Ordinal);
    }

    private static string Release(DebianRoot root) => RamdiskManifest.Read(root[Manifest]).KernelRelease;

    private string Make(string name)
    {
        BuiltPackage.Make(_scratch[name + ".deb"]);
        return _scratch[name + ".deb"];
    }
}
