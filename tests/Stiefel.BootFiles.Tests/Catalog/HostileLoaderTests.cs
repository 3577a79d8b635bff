using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Tests.Catalog.Images;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>Damaged files of every boot loader give boot files within the tree or one line of refusal, and take a bounded amount of memory.</summary>
public sealed class HostileLoaderTests
{
    private const long MiB = 1 << 20;

    // The memory for all commands and characters that GrubBudget allows, including lists and copies; nearly all of it becomes garbage at once.
    private const long MostForAScript = 128 * MiB;
    private const long Most = 4 * MiB;

    private readonly MemoryTree _tree = new MemoryTree()
        .Write("vmlinuz", BootFixture.KernelBytes("6.1.0-18-amd64"))
        .Write("initrd", "initrd"u8.ToArray())
        .Write("loader/entries/other.conf", "linux /absent\n"u8.ToArray());

    [Fact]
    public void GrubLoops_Damaged_AreHandledWithinTheirBudget() => Feed("grub/grub.cfg", MostForAScript, 200,
        "while true; do set a=\"$a$a\"; done\nmenuentry a {\nlinux /vmlinuz\ninitrd /initrd\n}\n",
        "function f { f; f; }\nfor x in 1 2 3 4; do source $prefix/grub.cfg; f; done\n",
        "until [ -f /x -o ! ( 1 = 2 ) ]; do set b=1; done\n");

    [Fact]
    public void Grub_Damaged_IsHandledWithinItsBudget() => Feed("grub/grub.cfg", MostForAScript, 2_000,
        """
        set default="0"
        function load_video { insmod all_video; }
        if [ "${next_entry}" ] ; then set default="${next_entry}"; else set default="1>0"; fi
        submenu 'Advanced' $menuentry_id_option 'x' {
        menuentry 'Linux' --class gnu --id a { for x in 1 2 3; do set y="${y}$x"; done
        linux /vmlinuz root=UUID=1 ro quiet "a b"
        initrd /initrd
        }
        }
        """,
        "load_env\nsource $prefix/grub.cfg\nmenuentry \"\\\"a\" { linux ($root)/vmlinuz; initrd /initrd }\nuntil [ -f /x -o ! ( 1 = 2 ) ]; do return; done\n");

    [Fact]
    public void GrubEntry_Damaged_IsHandled()
    {
        _tree.Write("grub2/grub.cfg", "set default=0\nset early_initrd=initrd\nblscfg\nuki\n"u8.ToArray());
        Feed("loader/entries/m-6.1.0-9.conf", Most,
            "title Fedora\nversion 6.1\nlinux /vmlinuz\ninitrd /initrd $tuned_initrd\noptions $kernelopts root=UUID=1 ro\ngrub_users $grub_users\ngrub_arg --unrestricted\nid a\n",
            "linux /vmlinuz\noptions root=$default'\"{}\n");
    }

    [Fact]
    public void GrubEnvironment_Damaged_IsHandled()
    {
        _tree.Write("grub/grub.cfg", "load_env\nset default=\"${saved_entry}\"\nmenuentry a --id x { linux /vmlinuz $kernelopts; initrd /initrd }\nmenuentry b { linux /vmlinuz $next_entry b; initrd /initrd }\n"u8.ToArray());
        Feed("grub/grubenv", Most, "# GRUB Environment Block\nsaved_entry=x\nkernelopts=root=/dev/sda1 ro a\\\nb\\\\\nnext_entry=b\n##########\n", "# GRUB Environment Block\n\n=\n#");
    }

    [Fact]
    public void LoaderEntry_Damaged_IsHandled() => Feed("loader/entries/a+1-2.conf", Most,
        "title Debian\nversion 6.1.0~rc1-2\nsort-key debian\nlinux /vmlinuz\ninitrd /initrd\ninitrd /initrd\noptions root=UUID=1 ro\noptions quiet\narchitecture x64\n",
        "uki /EFI/Linux/a.efi\nefi /x\n");

    [Fact]
    public void LoaderConfiguration_Damaged_IsHandled() => Feed("loader/loader.conf", Most, "timeout 3\ndefault debian-*\n", "default @saved\n", "default a[b-c]?*.conf\n");

    [Fact]
    public void Syslinux_Damaged_IsHandled() => Feed("syslinux/syslinux.cfg", Most,
        "DEFAULT linux\nLABEL linux\n  MENU LABEL ^Linux\n  LINUX /vmlinuz\n  INITRD /initrd,/initrd\n  APPEND root=/dev/sda1 ro\nINCLUDE more.cfg\n",
        "LABEL a\nKERNEL vmlinuz\nAPPEND initrd=/initrd quiet\nINCLUDE syslinux.cfg\n",
        "UI menu.c32\nTIMEOUT 50\nONTIMEOUT a single\nMENU BEGIN x\nLABEL a\nLINUX /vmlinuz\nTEXT HELP\nLINUX /absent\nENDTEXT\nINITRD /initrd\nMENU END\n");

    [Fact]
    public void Extlinux_Damaged_IsHandled() => Feed("extlinux/extlinux.conf", Most, "default l0\nlabel l0\n\tmenu label Linux\n\tlinux /vmlinuz\n\tinitrd /initrd\n\tappend ro\n");

    [Fact]
    public void StiefelSystemJson_Damaged_IsHandled() => Feed("stiefelsystem.json", Most, """{"kernel": "/vmlinuz", "initrd": ["/initrd"], "cmdline": "ro \u00e4"}""", """{"kernel":"/vmlinuz","initrd":"/initrd"}""", """{"kernel":"/vm\nlinuz","initrd":"/initrd"}""");

    [Fact]
    public void UnifiedImage_Damaged_IsHandled() => Feed("EFI/Linux/a.efi", Most, 2_000, [UnifiedImageBuilder.Typical("6.9.1")]);

    [Fact]
    public void UnifiedImageAddon_Damaged_IsHandled()
    {
        _tree.Write("EFI/Linux/a.efi", UnifiedImageBuilder.Typical("6.9.1"));
        Feed("EFI/Linux/a.efi.extra.d/x.addon.efi", Most, 2_000, [UnifiedImageBuilder.Build((".cmdline", "root=x"u8.ToArray()), (".ucode", [1]), (".initrd", [2]), (".uname", "6.9.1"u8.ToArray()))]);
    }

    [Fact]
    public void ThinImage_Damaged_IsHandled() => Feed("EFI/Linux/a.efi", Most, 2_000,
    [
        UnifiedImageBuilder.Build((".osrel", "ID=nixos\n"u8.ToArray()), (".linux", "\\vmlinuz"u8.ToArray()), (".initrd", "\\initrd"u8.ToArray()), (".linuxh", new byte[32]), (".initrdh", new byte[32])),
        UnifiedImageBuilder.Build((".osrel", "ID=a\n"u8.ToArray()), (".linux", BootFixture.KernelBytes("6.1")), (".initrd", [1]), (".profile", "ID=x\nTITLE=y\n"u8.ToArray()), (".cmdline", [2])),
    ]);

    private void Feed(string path, long most, params string[] seeds) => Feed(path, most, 2_000, seeds);

    private void Feed(string path, long most, long usual, params string[] seeds) => Feed(path, most, usual, [.. seeds.Select(Encoding.UTF8.GetBytes)]);

    private void Feed(string path, long most, long usual, byte[][] seeds) => HostileInput.Feed(seeds, usual, most, input =>
    {
        _tree.Write(path, input);
        var findings = new BootFindings();
        foreach (var spec in BootCatalog.TryFind(_tree, "", findings)?.Entries ?? [])
        {
            Assert.True(spec.Initrds.Append(spec.Kernel).All(region => region.Offset >= 0 && region.Length > 0 && region.Offset + region.Length <= _tree.LengthOf(region.Path)));
        }

        Assert.DoesNotContain(findings.PassedOver, what => what.ToString().Any(char.IsControl));
    });
}
