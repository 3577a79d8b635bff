using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Files;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.Syslinux;

public class SyslinuxTests
{
    [Fact]
    public void Find_Alpine_UsesMenuDefaultAndPathsBesideTheFile()
    {
        using var boot = new BootFixture("alpine-extlinux");
        boot.Kernel("vmlinuz-lts", "6.6.30-0-lts").Initrd("initramfs-lts");
        var spec = boot.Find();
        Assert.Equal("Linux lts", spec.Title);
        Assert.Equal(["initramfs-lts"], boot.Relative(spec.Initrds));
        Assert.Equal("root=UUID=7a1c5d3e-1111-4222-8333-944455556666 modules=sd-mod,usb-storage,ext4 quiet rootfstype=ext4", spec.CommandLine);
    }

    [Fact]
    public void Find_DebianExtlinux_KeywordsInAnyCaseAndAbsolutePaths()
    {
        using var boot = new BootFixture("debian-extlinux");
        boot.Kernel("boot/vmlinuz-6.1.0-18-amd64").Initrd("boot/initrd.img-6.1.0-18-amd64");
        var spec = boot.Find();
        Assert.Equal("Debian GNU/Linux 12 (bookworm) 6.1.0-18-amd64", spec.Title);
        Assert.Equal("boot/initrd.img-6.1.0-18-amd64", boot.Relative(spec.Initrds[0]));
        Assert.EndsWith("ro quiet", spec.CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ArchSyslinux_FollowsIncludesRelativePathsAndInlineInitrds()
    {
        using var boot = new BootFixture("arch-syslinux");
        boot.Kernel("vmlinuz-linux").Initrd("intel-ucode.img", "initramfs-linux.img");
        var spec = boot.Find();
        Assert.Equal("Arch Linux", spec.Title);
        Assert.Equal(["intel-ucode.img", "initramfs-linux.img"], boot.Relative(spec.Initrds));
        Assert.Equal(("root=/dev/sda3 rw quiet", "/dev/sda3"), (spec.CommandLine, spec.RootArgument));
    }

    /// <summary>A laptop's btrfs, seen from its top level, of which the root's subvolume is a directory.</summary>
    [Theory]
    [InlineData("/boot/vmlinuz")]
    [InlineData("../vmlinuz")]
    [InlineData("/@/boot/vmlinuz")]
    public void Find_InASubvolume_CountsPathsFromThere(string kernel)
    {
        using var boot = new BootFixture();
        boot.Kernel("@/boot/vmlinuz").Initrd("@/boot/i").Text("@/boot/extlinux/extlinux.conf", $"LABEL a\nLINUX {kernel}\nINITRD {kernel.Replace("vmlinuz", "i", StringComparison.Ordinal)}\nAPPEND a\n");
        using var tree = new ConfinedTree(boot.Path);
        var menu = BootCatalog.TryFind(new BootDisk([new BootVolume(null, () => [new BootPlace(tree, "@")])]), new BootFindings());
        Assert.Equal("@/boot/i", boot.Relative(menu!.Default.Initrds[0]));
    }

    // Expected values follow from syslinux 6.04, com32/elflink/ldlinux/readconfig.c and ldlinux.c; with a menu program, from com32/menu/readconfig.c.
    [Theory]
    [InlineData("DEFAULT a\nONTIMEOUT b\nTIMEOUT 50\n", "a")]
    [InlineData("DEFAULT a\nPROMPT 1\nONTIMEOUT b\nTIMEOUT 50\n", "b")]
    [InlineData("DEFAULT a\nPROMPT 1\nONTIMEOUT b\n", "a")]
    [InlineData("UI menu.c32\nONTIMEOUT b more\nTIMEOUT 50\n", "b more")]
    [InlineData("UI vesamenu.c32\nDEFAULT b\n", "b")]
    [InlineData("DEFAULT menu.c32\n", "c")]
    [InlineData("", "a")]
    [InlineData("default b single\n", "b single")]
    [InlineData("DEFAULT /vmlinuz initrd=/i x\nAPPEND global\n", "x")]
    [InlineData("DEFAULT d\nINCLUDE more.cfg\n", "d")]
    [InlineData("DEFAULT vmlinuz\n", "last")]
    public void Find_WhatIsBootedByItself_AsSyslinuxDoes(string head, string commandLine)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Kernel("syslinux/vmlinuz").Initrd("i").Text("syslinux/more.cfg", "LABEL d\nLINUX /vmlinuz\nINITRD /i\nAPPEND d\n").Text("syslinux/syslinux.cfg", head + """
            LABEL a
              TEXT HELP
              LINUX /absent
              ENDTEXT
              LINUX /vmlinuz
              INITRD /i
              APPEND a
            LABEL b
              KERNEL ../vmlinuz
              APPEND initrd=/i initrd=/absent b
            LABEL c
              MENU DEFAULT
              MENU LABEL ^C
              LINUX /vmlinuz
              INITRD /i
              APPEND c
            LABEL reboot
              COM32 reboot.c32
            LABEL vmlinuz
              INITRD /i
              APPEND last
            """);
        Assert.Equal(commandLine, boot.Find().CommandLine);
    }

    [Fact]
    public void Find_GlobalAppendAndDash_ApplyAsSyslinuxDoes()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("syslinux/syslinux.cfg", """
            APPEND global
            DEFAULT b
            LABEL a
              LINUX /vmlinuz
            LABEL b
              LINUX /vmlinuz
              INITRD /i
              APPEND -
            """);
        Assert.Equal("", boot.Find().CommandLine);
        boot.Text("syslinux/syslinux.cfg", "APPEND global\nDEFAULT a\nLABEL a\nLINUX /vmlinuz\nINITRD /i\n");
        Assert.Equal("global", boot.Find().CommandLine);
    }
}
