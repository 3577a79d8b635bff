using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.LoaderSpec;

public class LoaderEntriesTests
{
    private const string MachineId = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void Find_SystemdBootDefaultPattern_IsChosen()
    {
        using var boot = new BootFixture("systemd-boot-arch");
        boot.Kernel("vmlinuz-linux", "6.9.1-arch1-1").Kernel("vmlinuz-linux-lts", "6.6.32-1-lts").Initrd("amd-ucode.img", "initramfs-linux.img", "initramfs-linux-lts.img");
        var spec = boot.Find();
        Assert.Equal("Arch Linux (LTS)", spec.Title);
        Assert.Equal("vmlinuz-linux-lts", boot.Relative(spec.Kernel));
        Assert.Equal(["amd-ucode.img", "initramfs-linux-lts.img"], boot.Relative(spec.Initrds));
        Assert.Equal(("root=LABEL=arch_os rw", "LABEL=arch_os", "6.6.32-1-lts"), (spec.CommandLine, spec.RootArgument, spec.KernelRelease));
    }

    [Fact]
    public void Find_DefaultKernelIsGone_TakesTheOther()
    {
        using var boot = new BootFixture("systemd-boot-arch");
        boot.Kernel("vmlinuz-linux").Initrd("amd-ucode.img", "initramfs-linux.img");
        var spec = boot.Find();
        Assert.Equal("Arch Linux", spec.Title);
        Assert.Equal("root=PARTUUID=9d2c0a10-0000-4000-8000-000000000002 rw quiet splash", spec.CommandLine);
    }

    [Fact]
    public void Find_KernelInstall_TakesTheNewestThatIsNotKnownBad()
    {
        using var boot = new BootFixture("systemd-boot-kernel-install");
        foreach (var release in (string[])["6.10.2", "6.9.10", "6.11.0-rc1"])
        {
            boot.Kernel($"{MachineId}/{release}/linux", release).Initrd($"{MachineId}/{release}/initrd.img-{release}");
        }

        Assert.Equal("6.10.2", boot.Find().KernelRelease);
        File.Delete(Path.Combine(boot.Path, MachineId, "6.10.2/linux"));
        Assert.Equal("6.9.10", boot.Find().KernelRelease);
        File.Delete(Path.Combine(boot.Path, MachineId, "6.9.10/linux"));
        Assert.Equal("6.11.0-rc1", boot.Find().KernelRelease);
    }

    [Fact]
    public void Find_EspMountedInARoot_IsFoundThere()
    {
        using var boot = new BootFixture();
        boot.Text("efi/loader/entries/a.conf", "linux /token/linux\ninitrd /token/initrd\n").Kernel("efi/token/linux").Initrd("efi/token/initrd");
        Assert.Equal("efi/token/linux", boot.Relative(boot.Find().Kernel));
    }

    [Fact]
    public void Find_Fedora_ResolvesGrubsVariablesAndSavedEntry()
    {
        using var boot = new BootFixture("fedora");
        foreach (var release in (string[])["6.5.6-300.fc39.x86_64", "6.6.9-200.fc39.x86_64"])
        {
            boot.Kernel($"vmlinuz-{release}", release).Initrd($"initramfs-{release}.img");
        }

        var spec = boot.Find();
        Assert.Equal("6.5.6-300.fc39.x86_64", spec.KernelRelease);
        Assert.Equal("root=UUID=7a1c5d3e-1111-4222-8333-944455556666 ro rootflags=subvol=root rhgb quiet", spec.CommandLine);

        File.Delete(Path.Combine(boot.Path, "grub2/grubenv"));
        Assert.Equal("6.6.9-200.fc39.x86_64", boot.Find().KernelRelease);
    }

    [Fact]
    public void Find_KernelDoesNotTell_TheEntrysVersionDoes()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinux", "").Initrd("i").Text("loader/entries/a.conf", "linux vmlinux\ninitrd i\nversion 6.1.0-1-arm64\n");
        Assert.Equal("6.1.0-1-arm64", boot.Find().KernelRelease);
    }

    [Theory]
    [InlineData("", "~rc1", 1)]
    [InlineData("", "", 0)]
    [InlineData("11", "11", 0)]
    [InlineData("systemd-123", "systemd-123", 0)]
    [InlineData("bar-123", "foo-123", -1)]
    [InlineData("123a", "123", 1)]
    [InlineData("123.a", "123", 1)]
    [InlineData("123.a", "123.b", -1)]
    [InlineData("123a", "123.a", 1)]
    [InlineData("11α", "11β", 0)]
    [InlineData("A", "a", -1)]
    [InlineData("0_", "0", 0)]
    [InlineData("_0_", "0", 0)]
    [InlineData("A", "AA", -1)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("007", "7", 0)]
    [InlineData("1~rc1", "1", -1)]
    [InlineData("1~rc1", "1~rc2", -1)]
    [InlineData("1", "1^post", -1)]
    [InlineData("1^post", "1.1", -1)]
    [InlineData("6.1.0-9", "6.1.0-18", -1)]
    [InlineData("122.1", "123~rc1-1", -1)]
    [InlineData("123~rc1-1", "123", -1)]
    [InlineData("123-3", "123^1", -1)]
    [InlineData("99999999999999999999999999", "100000000000000000000000000", -1)]
    public void Compare_Versions_AsTheSpecificationsExamples(string a, string b, int order)
    {
        Assert.Equal(order, Math.Sign(VersionOrder.Instance.Compare(a, b)));
        Assert.Equal(-order, Math.Sign(VersionOrder.Instance.Compare(b, a)));
    }
}
