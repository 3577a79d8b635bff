using Stiefel.BootFiles.Catalog;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.Grub;

public class GrubTests
{
    private const string Root = "UUID=7a1c5d3e-1111-4222-8333-944455556666";

    [Fact]
    public void Find_Debian_BootsTheFirstEntry()
    {
        using var boot = new BootFixture("debian-grub");
        boot.Kernel("boot/vmlinuz-6.1.0-18-amd64").Initrd("boot/initrd.img-6.1.0-18-amd64");
        var spec = boot.Find();
        Assert.Equal("Debian GNU/Linux", spec.Title);
        Assert.Equal("boot/vmlinuz-6.1.0-18-amd64", boot.Relative(spec.Kernel));
        Assert.Equal(["boot/initrd.img-6.1.0-18-amd64"], boot.Relative(spec.Initrds));
        Assert.Equal($"root={Root} ro quiet", spec.CommandLine);
        Assert.Equal(Root, spec.RootArgument);
        Assert.Equal("6.1.0-18-amd64", spec.KernelRelease);
        Assert.Equal(Path.Combine(boot.Path, "boot/grub/grub.cfg"), spec.Source);
        Assert.Equal((0, 0x1000), (spec.Kernel.Offset, spec.Kernel.Length));
    }

    [Fact]
    public void Find_BootDirectoryInsteadOfRoot_IsTheSame()
    {
        using var boot = new BootFixture("debian-grub");
        boot.Kernel("boot/vmlinuz-6.1.0-18-amd64").Initrd("boot/initrd.img-6.1.0-18-amd64");
        Assert.Equal("boot/vmlinuz-6.1.0-18-amd64", boot.Relative(boot.Find("boot").Kernel));
        Assert.Equal("boot/vmlinuz-6.1.0-18-amd64", boot.Relative(boot.Find("boot", "").Kernel));
    }

    [Fact]
    public void Find_SavedEntryOnABootPartition_FollowsThePathIntoTheSubmenuAndIgnoresNextEntry()
    {
        using var boot = new BootFixture("debian-grub-saved");
        boot.Kernel("vmlinuz-6.1.0-18-amd64").Initrd("initrd.img-6.1.0-18-amd64");
        boot.Kernel("vmlinuz-6.1.0-17-amd64", "6.1.0-17-amd64").Initrd("initrd.img-6.1.0-17-amd64");
        var spec = boot.Find();
        Assert.Equal("Debian GNU/Linux, with Linux 6.1.0-17-amd64", spec.Title);
        Assert.Equal("vmlinuz-6.1.0-17-amd64", boot.Relative(spec.Kernel));
        Assert.Equal($"root={Root} ro quiet splash", spec.CommandLine);
    }

    [Fact]
    public void Find_SavedEntryWhoseKernelIsGone_TakesTheNextAndSaysSo()
    {
        using var boot = new BootFixture("debian-grub-saved");
        boot.Kernel("vmlinuz-6.1.0-18-amd64").Initrd("initrd.img-6.1.0-18-amd64");
        var spec = boot.Find();
        Assert.Equal("Debian GNU/Linux", spec.Title);
        Assert.Contains(boot.FindMenu().Report.PassedOver, what => what.Reason == "there is no file /vmlinuz-6.1.0-17-amd64");
    }

    [Fact]
    public void Find_Ubuntu_ExecutesFunctionsAndNumberedSubmenuPaths()
    {
        using var boot = new BootFixture("ubuntu-grub");
        boot.Kernel("boot/vmlinuz-6.8.0-41-generic", "6.8.0-41-generic").Initrd("boot/initrd.img-6.8.0-41-generic");
        var spec = boot.Find();

        // default is 1>2, the third entry of the submenu; gfxmode has set vt_handoff by then.
        Assert.Equal("Ubuntu, with Linux 6.8.0-41-generic", spec.Title);
        Assert.Equal($"root={Root} ro quiet splash vt.handoff=7", spec.CommandLine);
    }

    [Fact]
    public void Find_ArchOnBtrfs_FindsSubvolumePathsMicrocodeAndKeepsQuotes()
    {
        using var boot = new BootFixture("arch-grub-btrfs");
        boot.Kernel("@/boot/vmlinuz-linux", "6.9.1-arch1-1").Initrd("@/boot/intel-ucode.img", "@/boot/initramfs-linux.img");
        foreach (var spec in new[] { boot.Find("@", ""), boot.Find("@") })
        {
            Assert.Equal("Arch Linux", spec.Title);
            Assert.Equal(["@/boot/intel-ucode.img", "@/boot/initramfs-linux.img"], boot.Relative(spec.Initrds));
            Assert.Equal($"root={Root} rw rootflags=subvol=@ loglevel=3 \"dyndbg=file drivers/usb/* +p\" quiet", spec.CommandLine);
            Assert.Equal("6.9.1-arch1-1", spec.KernelRelease);
        }
    }

    [Theory]
    [InlineData("0", "one")]
    [InlineData("2", "three")]
    [InlineData("two", "two")]
    [InlineData("id-three", "three")]
    [InlineData("more>nested two", "nested two")]
    [InlineData("3>0", "nested one")]
    [InlineData("3", "nested one")]
    [InlineData("more>absent", "nested one")]
    [InlineData("99", "one")]
    [InlineData("absent", "one")]
    [InlineData("", "one")]
    [InlineData("a>>b", "a>b")]
    public void Find_Default_ChoosesAsGrub(string value, string title)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/grub.cfg", $$"""
            set default="{{value}}"
            menuentry "one" { linux /vmlinuz a; initrd /i; }
            menuentry 'two' --class x { linux /vmlinuz b
            initrd /i
            }
            menuentry three --id=id-three --unrestricted { linux /vmlinuz c; initrd /i }
            submenu "more" {
              menuentry "nested one" { linux /vmlinuz d; initrd /i }
              menuentry "nested two" { linux /vmlinuz e; initrd /i }
            }
            menuentry "a>b" { linux /vmlinuz f; initrd /i }
            """);
        Assert.Equal(title, boot.Find().Title);
    }

    [Theory]
    [InlineData("set a=b; set c=\"x${a}y $a\"; set d='${a}'", "linux /vmlinuz $c $d ${nothing} end", "xby b ${a} end")]
    [InlineData("a=1", "if [ \"$a\" = 1 -a ! -z \"$a\" ]; then linux /vmlinuz yes; else linux /vmlinuz no; fi", "yes")]
    [InlineData("a=2", "if [ $a = 1 ]; then linux /vmlinuz 1; elif test $a -ge 2; then linux /vmlinuz 2; else linux /vmlinuz 3; fi", "2")]
    [InlineData("", "if [ -f /vmlinuz -a -d /grub -a ! -e /absent ]; then linux /vmlinuz yes; fi", "yes")]
    [InlineData("", "if ! false; then linux /vmlinuz yes; fi", "yes")]
    [InlineData("", "if [ ( a = b -o b = b ) -a c ]; then linux /vmlinuz yes; fi", "yes")]
    [InlineData("function f { set x=\"$x $1-$#\"; return; set x=never; }", "f a b; f c; linux /vmlinuz $x", "a-2 c-1")]
    [InlineData("function g { set inner=\"$1$2\"; _kept=\"$1\"; }\nfunction f { g x; set o=\"$1$2$inner$_kept\"; }", "f a b; linux /vmlinuz $o", "abxx")]
    [InlineData("for i in a b c; do set s=\"$s$i\"; done", "linux /vmlinuz $s", "abc")]
    [InlineData("set n=; while [ \"$n\" != xxx ]; do set n=\"${n}x\"; done", "linux /vmlinuz $n", "xxx")]
    [InlineData("set n=; until [ \"$n\" = xx ]; do set n=\"${n}x\"; done", "linux /vmlinuz $n", "xx")]
    [InlineData("# comment { ' \"", "linux /vmlinuz a#b # comment", "a#b")]
    [InlineData("", "linux /vmlinuz \\\n  joined back\\ slash", "joined \"back slash\"")]
    [InlineData("", "linux ($root)/vmlinuz one; linuxefi (hd0,gpt2)/vmlinuz two", "two")]
    [InlineData("set kernel=/vmlinuz", "linux16 $kernel 'it''s'", "its")]
    [InlineData("source $prefix/extra.cfg", "linux /vmlinuz $extra", "from-extra")]
    [InlineData("", "linux /vmlinuz b${#}c$?", "b1c0")]
    [InlineData("if [ -f vmlinuz -a -d grub -a ! -e grub/extra.cfg -a ! -s vmlinuz ]; then set a=top; fi; if [ -f /vmlinuz// -a -e vmlinuz/ -a ! -s /grub/grub.cfg/ -a ! -f grub/ -a -d grub// ]; then set a=$a-slash; fi", "linux /vmlinuz $a", "top-slash")]
    [InlineData("search --file --set x /vmlinuz\nsearch --root-dev-only -fs y /vmlinuz --hint-new=z", "linux ($x)/vmlinuz $y", "hd0")]
    [InlineData("set root=away\nsearch --file --set /vmlinuz", "linux /vmlinuz $root", "hd0")]
    [InlineData("search --set x /vmlinuz\nsearch --file vmlinuz --set=y", "linux /vmlinuz [$x$y]", "[]")]
    [InlineData("c=v; cz=w; set d=\"$c\\\nz\"; set e=$\"$c\\\nz\"", "linux /vmlinuz \"$d\" \"$e\"", "vz w")]
    [InlineData("c=v; cz=w; set d=$\"${c\\\nz}x\"; set e=$\"$\\\n{c}\\\\\\\nz\"", "linux /vmlinuz \"$d\" \"$e\"", "wx v\\\\z")]
    [InlineData("set d=\\\"x$\"z\"; if [ \"$d\" = \"\\\\\\\"xz\" ]; then set e=yes; fi", "linux /vmlinuz $e", "yes")]
    [InlineData("for x in 1 2; do !\nbreak 1\nset y=$y$?; done; for z in 1 2; do !\ntrue; break 1; done", "linux /vmlinuz $x $y $z", "2 1818 1")]
    [InlineData("for x in 1 2; do !\nfor y in a b; do break 2; done; done; for z in 1 2; do !\nfor y in a; do break 2; done; done", "linux /vmlinuz $x $z", "1 2")]
    [InlineData("for x in 1 2; do if !; then true; fi; break 1; done\n!\nfor y in 1 2; do break 1; done\nfor z in 1 2; do eval \"!\nbreak 1\"; done", "linux /vmlinuz $x $y $z", "1 1 2")]
    [InlineData("set =v; set @=w; set x=$\"[${}${@}$@]\"; unset \"\"; set y=$\"[${}]\"", "linux /vmlinuz $x $y", "[vw$@] []")]
    [InlineData("if [ vmlinuz -nt90 grub -a vmlinuz -nt no -a no -ot vmlinuz -a vmlinuz -ot-90 grub -a ! vmlinuz -ot90 grub -a ! no -nt vmlinuz -a ! no -ntx no ]; then set a=t; fi", "linux /vmlinuz $a", "t")]
    [InlineData("regexp --set 1:x '^|([a-z]*)' ab; regexp --set 1:y '(a|ab)' xabc; regexp --set 2:z '(a|ab)(c|bcd)' abcd; regexp --set 1:w '(b|b$|^bb)' abb", "linux /vmlinuz $x $y $z $w", "ab ab bcd b")]
    [InlineData("regexp --set 1:x 'a*?**(b)' aab; regexp --set 1:y 'b)|c{,2}([]x])d' ']d'; for p in '{a' 'a{' 'a{2,1}' '*a' 'a|*' '(a' '[a' '[[:foo:]]' 'a{40000}'; do if regexp $p aa; then set z=$z$p; fi; done", "linux /vmlinuz $x $y [$z]", "b ] []")]
    [InlineData("regexp --set 1:x '[\\](\\w)[^[:punct:]]' '\\ab'; regexp --set 1:y '[[.a.][=b=]-]{2}(c)' a-c; regexp --set 1:z '\\<(c)' 'b c'", "linux /vmlinuz $x $y $z", "a c c")]
    [InlineData("for f in /grub//ext*.cfg /gr*//../grub/./ext*.cfg /gr*// /gr*/no /vml*/; do set x=$x,$f; done", "linux /vmlinuz $x", ",/grub//extra.cfg,/grub//../grub/./extra.cfg,/grub//,/gr*/no,/vml*/")]
    [InlineData("for f in /\\<vml* /grub/*\\>.cfg /vml*\\b /g\\<r* /grub/e\\1* /\\w?lin*\\' /grub/*\\W* /vml\\B*; do set x=\"$x,$f\"; done", "linux /vmlinuz $x", ",/vmlinuz,/grub/extra.cfg,/grub/grub.cfg,/vmlinuz,/g<r*,/grub/e1*,/vmlinuz,/grub/extra.cfg,/grub/grub.cfg,/vmlinuz")]
    [InlineData("regexp --set 1:x '(.*)-$' \"a\nb-\"", "linux /vmlinuz \"$x\"", "a b")]
    [InlineData("tr --set=x -U Ab1; tr -s y ab xy cab; tr --set=z --upcase --downcase AB", "linux /vmlinuz $x $y $z", "AB1 cxy ab")]
    [InlineData("if tr --set=x ab xyz cab; then set y=a; fi; if tr a; then set y=b; fi", "linux /vmlinuz [$x$y]", "[]")]
    [InlineData("set x=Ab; tr --set=x -U; set y=Ab; tr --set=y A x; set z=Ab; tr --set=z A", "linux /vmlinuz $x $y $z", "AB xb Ab")]
    [InlineData("tr --set=x -U {c}", "linux /vmlinuz [$x] {b}", "[{C}] {b}")]
    [InlineData("set b=old; regexp --set x1:b 'a' a; set c=old; if regexp --set 2:c 'a' a; then set d=fine; fi; regexp --set :e '(a)b' ab", "linux /vmlinuz [$b$c$d$e]", "[oldfineab]")]
    public void Find_Script_IsExecutedAsGrubDoes(string before, string body, string commandLine)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/extra.cfg", "set extra=from-extra\n").Text("grub/grub.cfg", $"{before}\nmenuentry x {{\n{body}\ninitrd /i\n}}\n");
        Assert.Equal(commandLine, boot.Find().CommandLine);
    }

    [Theory]
    [InlineData("linux vmlinuz", "initrd /i", "vmlinuz")]
    [InlineData("linux (hd0)vmlinuz", "initrd /i", "(hd0)vmlinuz")]
    [InlineData("linux /vmlinuz", "initrd i", "i")]
    public void Find_PathWithoutALeadingSlash_IsNoFileAsInGrub(string linux, string initrd, string named)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/grub.cfg", $"menuentry x {{\n{linux}\n{initrd}\n}}\n");
        Assert.Contains($"GRUB cannot load {named}, which has no slash at its beginning", Assert.Throws<BootCatalogException>(() => boot.Find()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_MenuBeyondTheLimit_SaysWhichEntriesAreLeftOut()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/grub.cfg", string.Concat(Enumerable.Range(0, 4100).Select(at => $"menuentry e{at} {{\nlinux /vmlinuz {at}\ninitrd /i\n}}\n")));
        Assert.Contains(boot.FindMenu().Report.PassedOver, what => what.Entry == "e4096" && what.Reason.Contains("left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Find_DefaultIsAnotherSystem_TakesTheFirstLinux()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/grub.cfg", "menuentry Windows { chainloader /bootmgfw.efi }\nmenuentry Linux { linux /vmlinuz quiet; initrd /i }\n");
        var spec = boot.Find();
        Assert.Equal("Linux", spec.Title);
        Assert.Contains(boot.FindMenu().Report.PassedOver, what => what.Entry == "Windows" && what.Reason == "there is no file /bootmgfw.efi");
    }

    [Fact]
    public void Find_OurOwnRamdiskIsTheDefault_TakesTheNext()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("i").Text("grub/grub.cfg", "menuentry Stiefel { linux /vmlinuz stiefel_role=server; initrd /i }\nmenuentry Linux { linux /vmlinuz quiet; initrd /i }\n");
        Assert.Equal("Linux", boot.Find().Title);
    }

    [Theory]
    [InlineData("menuentry x {\nlinux /vmlinuz\n", "grub.cfg:2: unexpected end of file")]
    [InlineData("\n\nset a='x\n", "grub.cfg:3: unexpected end of file")]
    [InlineData("if true; then\nset a=b\n", "grub.cfg:2: unexpected end of file")]
    [InlineData("fi\n", "grub.cfg:1: unexpected fi")]
    [InlineData("}\n", "grub.cfg:1: unexpected }")]
    [InlineData("set a=\"${b\"\n", "grub.cfg:1: a `$` in quotes does not begin a variable")]
    public void Find_BrokenScript_NamesFileAndLine(string script, string message)
    {
        using var boot = new BootFixture();
        boot.Text("grub/grub.cfg", script);
        Assert.Contains(Path.Combine(boot.Path, "grub", message), Assert.Throws<BootCatalogException>(() => boot.Find()).Message, StringComparison.Ordinal);
    }
}
