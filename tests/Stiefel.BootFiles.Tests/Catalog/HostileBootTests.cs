using System.Diagnostics;
using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>Disks that are made to escape from the tree, to make the server hang, or to exhaust it.</summary>
public class HostileBootTests
{
    [Theory]
    [InlineData("/../../../../../../etc/passwd")]
    [InlineData("../../../../../../etc/passwd")]
    [InlineData("out/passwd")]
    [InlineData("passwd")]
    [InlineData("/proc/self/environ")]
    [InlineData("self/environ")]
    public void Find_PathsAndLinksThatLeaveTheDisk_DoNot(string kernel)
    {
        using var boot = new BootFixture();
        boot.Link("out", "/etc").Link("passwd", "/etc/passwd").Link("self", "/proc/self").Link("up", "../..");
        boot.Text("loader/entries/a.conf", $"linux {kernel}\n");
        boot.Text("extlinux/extlinux.conf", $"LABEL a\nLINUX {kernel}\n");
        boot.Text("grub/grub.cfg", $"menuentry x {{ linux {kernel} }}\nmenuentry y {{ linux /up/etc/passwd }}");
        boot.Text("stiefelsystem.json", $$"""{"kernel": "{{kernel}}"}""");
        Assert.Throws<BootCatalogException>(() => boot.Find());
    }

    [Fact]
    public void Find_ConfigurationIsALinkOut_IsNotRead()
    {
        using var boot = new BootFixture();
        using var other = new BootFixture();
        other.Text("entry", "linux /vmlinuz\n");
        boot.Kernel("vmlinuz").Link("loader/entries/a.conf", $"{other.Path}/entry").Link("EFI", other.Path);
        Assert.Throws<BootCatalogException>(() => boot.Find());
    }

    [Fact]
    public void Find_AbsoluteLinksInside_AreFollowedInTheTree()
    {
        using var boot = new BootFixture();
        boot.Kernel("boot/vmlinuz-6.1").Initrd("i").Link("vmlinuz", "/boot/vmlinuz-6.1").Text("loader/entries/a.conf", "linux /vmlinuz\ninitrd /i\n");
        Assert.Equal("boot/vmlinuz-6.1", boot.Relative(boot.Find().Kernel));
    }

    [Fact]
    public void Find_FifosAndLoopsEverywhere_DoNotHang()
    {
        using var boot = new BootFixture();
        foreach (var path in (string[])["stiefelsystem.json", "loader/entries/a.conf", "grub/grub.cfg", "grub2/grubenv", "EFI/Linux/a.efi", "vmlinuz"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(boot.Path, path))!);
            ExternalProgram.Run("mkfifo", [Path.Combine(boot.Path, path)]);
        }

        boot.Text("extlinux/extlinux.conf", "LABEL a\nLINUX /vmlinuz\nINITRD /loop\n").Link("loop", "loop");
        Assert.Throws<BootCatalogException>(() => boot.Find());
    }

    [Theory]
    [InlineData("stiefelsystem.json")]
    [InlineData("loader/entries/a.conf")]
    [InlineData("loader/loader.conf")]
    [InlineData("grub/grub.cfg")]
    [InlineData("grub2/grubenv")]
    [InlineData("syslinux/syslinux.cfg")]
    public void Find_TerabyteOfConfiguration_IsNotRead(string path)
    {
        using var boot = new BootFixture();
        boot.Text("loader/entries/b.conf", "linux /absent\n").Text(path, "");
        using (var file = File.OpenWrite(Path.Combine(boot.Path, path)))
        {
            file.SetLength(1L << 40);
        }

        var before = GC.GetTotalAllocatedBytes();
        Assert.Throws<BootCatalogException>(() => boot.Find());
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64L << 20);
    }

    [Theory]
    [InlineData("source /grub/grub.cfg\n")]
    [InlineData("function f { f; f }\nf\n")]
    [InlineData("while true; do set a=b; done\n")]
    [InlineData("while true; do done\n")]
    [InlineData("set a=xxxxxxxxxxxxxxxx\nwhile true; do set a=$a$a; done\n")]
    [InlineData("set a=x\nwhile true; do set a=\"${a}x\"; eval_$a=$a; set b$a=$a; done\n")]
    [InlineData("while true; do menuentry x { linux /a }; done\n")]
    public void Find_EndlessGrubScript_IsStopped(string script)
    {
        using var boot = new BootFixture();
        boot.Text("grub/grub.cfg", script);
        Stopped(boot);
    }

    [Fact]
    public void Find_GrubNestedDeeply_IsStopped()
    {
        foreach (var nest in (string[])["if true; then ", "menuentry x { ", "{ ", "function f { ", "while true; do "])
        {
            using var boot = new BootFixture();
            boot.Text("grub/grub.cfg", string.Concat(Enumerable.Repeat(nest, 100_000)));
            Stopped(boot);
        }

        using var condition = new BootFixture();
        condition.Text("grub/grub.cfg", $"if [ {string.Concat(Enumerable.Repeat("( ", 100_000))} ]; then true; fi");
        Stopped(condition);
    }

    [Fact]
    public void Find_SubmenusThatMultiply_AreStopped()
    {
        using var boot = new BootFixture();
        boot.Text("grub/grub.cfg", "function f { submenu a { f }; submenu b { f }; menuentry c { linux /absent }; }\nf\n");
        Stopped(boot);
    }

    [Fact]
    public void Find_CyclicSyslinuxIncludes_AreStopped()
    {
        using var boot = new BootFixture();
        boot.Text("syslinux/syslinux.cfg", "INCLUDE a.cfg\n").Text("syslinux/a.cfg", string.Concat(Enumerable.Repeat("MENU INCLUDE syslinux.cfg\nINCLUDE a.cfg\n", 1000)));
        Stopped(boot);
    }

    [Fact]
    public void Find_HugeCounts_AreBounded()
    {
        using var boot = new BootFixture();
        boot.Text("syslinux/syslinux.cfg", string.Concat(Enumerable.Range(0, 20_000).Select(at => $"LABEL {at}\nLINUX /x{at}\n")));
        boot.Text("extlinux/extlinux.conf", string.Concat(Enumerable.Range(0, 1000).Select(at => $"LABEL {at}\nLINUX /x{at}\n")));
        boot.Text("grub/grub.cfg", string.Concat(Enumerable.Range(0, 1000).Select(at => $"menuentry {at} {{ linux {string.Concat(Enumerable.Repeat("/x", 500))} }}\n")));
        for (var at = 0; at < 1500; at++)
        {
            boot.Text($"loader/entries/{at}.conf", "linux /absent\n");
        }

        Stopped(boot);
    }

    [Fact]
    public void Find_ManyInitrds_AreRefused()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/grub.cfg", $"menuentry x {{ linux /vmlinuz; initrd {string.Concat(Enumerable.Repeat("/i ", 1000))} }}");
        Assert.Contains("names 1000 initrds", Assert.Throws<BootCatalogException>(() => boot.Find()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_EscapeSequencesInTitleAndOptions_AreDefused()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("loader/entries/a.conf", $"title \e[2J{new string('x', 1000)}\u009b31m\nlinux /vmlinuz\ninitrd /i\noptions a\u0001b\ec\n");
        var spec = boot.Find();
        Assert.DoesNotContain(spec.Title + spec.CommandLine, char.IsControl);
        Assert.Equal(100, spec.Title.Length);
    }

    private static void Stopped(BootFixture boot)
    {
        var clock = Stopwatch.StartNew();
        var message = Assert.Throws<BootCatalogException>(() => boot.Find()).Message;
        Assert.DoesNotContain('\n', message);
        Assert.InRange(message.Length, 0, 4000);
        Assert.True(clock.Elapsed < TimeLimit.Seconds(10), $"{clock.Elapsed}");
    }
}
