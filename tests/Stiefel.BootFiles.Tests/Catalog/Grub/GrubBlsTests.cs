using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Catalog.Grub;
using Stiefel.BootFiles.Tests.Catalog.Images;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.Grub;

/// <summary>Behaviour that grub-emu cannot run; the expected values follow from Fedora's grub-core/commands/blscfg.c and GRUB 2.14's blsuki.c.</summary>
public class GrubBlsTests
{
    private const string Entry = "title T\nlinux /vmlinuz\ninitrd /initrd\noptions root=UUID=1 ";

    [Theory]
    [InlineData("set kernelopts=\"root=UUID=1 ro\"\nblscfg", "linux /vmlinuz\ninitrd /initrd\noptions $kernelopts $tuned_params quiet\n", "root=UUID=1 ro quiet", "initrd")]
    [InlineData("set default_kernelopts=\"root=UUID=1 rw\"\nblscfg", "linux /vmlinuz\ninitrd /initrd\n", "root=UUID=1 rw", "initrd")]
    [InlineData("set early_initrd=\"ucode.img\"\nblscfg", Entry + "a\n", "root=UUID=1 a", "ucode.img initrd")]
    [InlineData("blscfg", Entry + "a\noptions b\n", "root=UUID=1 a", "initrd")]
    [InlineData("blscfg", "linux /vmlinuz\ninitrd /initrd\noptions root=UUID=1\n\ninitrd /late\n", "root=UUID=1", "initrd")]
    [InlineData("set tuned_initrd=(hd0)/ucode.img\nblscfg", "linux /vmlinuz\ninitrd /initrd $tuned_initrd\noptions root=UUID=1\n", "root=UUID=1", "initrd ucode.img")]
    [InlineData("blscfg (hd0)/loader/entries/m-6.1-1.conf", Entry + "a\n", "root=UUID=1 a", "initrd")]
    [InlineData("blscfg --path /loader/entries --show-default\nblscfg --show-non-default", Entry + "a\n", "root=UUID=1 a", "initrd")]
    public void Find_BlsEntry_IsReadAsGrubDoes(string script, string entry, string commandLine, string initrds)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("initrd", "ucode.img", "late").Text("grub2/grub.cfg", script + "\n").Text("loader/entries/m-6.1-1.conf", entry);
        var spec = boot.Find();
        Assert.Equal((commandLine, initrds), (spec.CommandLine, string.Join(' ', boot.Relative(spec.Initrds))));
        Assert.Equal("grub:m-6.1-1", spec.Id);
    }

    [Fact]
    public void Find_BlsOptionsBecomeEmpty_NamesTheVariable()
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("initrd").Text("grub2/grub.cfg", "blscfg\n").Text("loader/entries/m-6.1-1.conf", "linux /vmlinuz\ninitrd /initrd\noptions $kernelopts\n");
        Assert.Contains("its command line becomes empty, because $kernelopts is unknown", Assert.Throws<BootCatalogException>(() => boot.Find()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m-6.1.0-9", "m-6.1.0-18", 1)]
    [InlineData("m-6.1.0-9", "m-6.1.0-9", 0)]
    [InlineData("m-6.10.0-1.fc39", "m-6.9.9-1.fc39", -1)]
    [InlineData("m-6.1~rc1-1", "m-6.1-1", 1)]
    [InlineData("a-6.9-1", "b-6.1-1", 1)]
    [InlineData("m-0-rescue", "m-6.1.0-1", 1)]
    public void CompareForMenu_Ids_NewestFirst(string left, string right, int order)
        => Assert.Equal(order, Math.Sign(GrubBlsEntry.CompareForMenu(GrubBlsEntry.Parse(left, ""), GrubBlsEntry.Parse(right, ""))));

    [Fact]
    public void Find_UkiCommand_TakesTheImageThatDefaultNames()
    {
        using var boot = new BootFixture();
        boot.Write("EFI/Linux/linux-6.9.efi", UnifiedImageBuilder.Typical("6.9.1")).Write("EFI/Linux/linux-6.10.efi", UnifiedImageBuilder.Typical("6.10.2"));
        boot.Text("grub/grub.cfg", "set default=linux-6.9.efi\nuki\n");
        Assert.Equal(("6.9.1", "grub:linux-6.9.efi"), (boot.Find().KernelRelease, boot.Find().Id));
        boot.Text("grub/grub.cfg", "uki\n");
        Assert.Equal("6.10.2", boot.Find().KernelRelease);
    }

    [Theory]
    [InlineData("# GRUB Environment Block\nsaved_entry=b\nnext_entry=c\n####", "c")]
    [InlineData("# GRUB Environment Block\nsaved_entry=b\nnext_entry=gone\n####", "b")]
    [InlineData("# GRUB Environment Block\nsaved_entry=b\nnext_entry=ours\n####", "b")]
    [InlineData("# GRUB Environment Block\nsaved_entry=b\n####", "b")]
    [InlineData("saved_entry=b\n", "a")]
    public void Find_Environment_DecidesAsGrubDoes(string environment, string title)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("initrd").Text("grub/grubenv", environment).Text("grub/grub.cfg",
            "load_env\nif [ \"${next_entry}\" ]; then set default=\"${next_entry}\"; else set default=\"${saved_entry}\"; fi\n"
            + string.Concat("abc".Select(name => $"menuentry {name} {{ linux /vmlinuz root={name}; initrd /initrd; }}\n".Replace("; }", "\n}", StringComparison.Ordinal)))
            + "menuentry ours { linux /vmlinuz stiefel_role=server; initrd /initrd\n}\n");
        Assert.Equal(title, boot.Find().Title);
    }
}
