using System.Text;
using Stiefel.Cli.Autokexec;
using Stiefel.CommandLine;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>Which boot entry is started once, how it is selected, and where that is refused, on trees of /boot and of firmware variables.</summary>
public sealed class OneTimeEntriesTests : IDisposable
{
    private const string Global = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
    private const string Loader = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
    private const string Menu = "if [ \"${next_entry}\" ] ; then set default=\"${next_entry}\"; set next_entry=; save_env next_entry; fi\nmenuentry 'Stiefel' --id stiefel {\n linux /k\n}\n";
    private const string Block = "# GRUB Environment Block\nsaved_entry=debian\n";

    private readonly TemporaryDirectory _directory = new();
    private (MountEntry, bool)? _place = (new MountEntry("/", "ext4", "/dev/sda2"), true);

    private string Firmware => Path.Combine(_directory.Path, "efivars");

    private string Boot => Path.Combine(_directory.Path, "boot");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Find_FirmwareHasAnEntry_IsStartedNextByItAlone()
    {
        Variable("Boot0000", Global, Option("debian"));
        Variable("Boot0A17", Global, Option("Stiefel"));
        Variable("BootNext", Global, [3, 0]);
        Variable("LoaderFeatures", Loader, [0xff, 0, 0, 0, 0, 0, 0, 0]);
        Variable("LoaderEntries", Loader, Encoding.Unicode.GetBytes("debian.conf\0-stiefel.conf\0"));
        Grub();

        var entry = Find();
        entry.Order();

        Assert.Contains("Boot0A17", entry.Description, StringComparison.Ordinal);
        Assert.Equal([7, 0, 0, 0, 0x17, 0x0a], File.ReadAllBytes(Path.Combine(Firmware, $"BootNext-{Global}")));
        Assert.False(File.Exists(Path.Combine(Firmware, $"LoaderEntryOneShot-{Loader}")));
        Assert.DoesNotContain("next_entry", File.ReadAllText(Path.Combine(Boot, "grub/grubenv")), StringComparison.Ordinal);
        entry.TakeBack();
        Assert.False(File.Exists(Path.Combine(Firmware, $"BootNext-{Global}")));
    }

    [Fact]
    public void Find_SystemdBootHasAnEntry_IsItsOneShot()
    {
        Variable("Boot0000", Global, Option("Linux Boot Manager"));
        Variable("LoaderFeatures", Loader, [0xff, 0, 0, 0, 0, 0, 0, 0]);
        Variable("LoaderEntries", Loader, Encoding.Unicode.GetBytes("debian.conf\0-stiefel.conf\0"));

        var entry = Find();
        entry.Order();

        Assert.Equal([7, 0, 0, 0, .. Encoding.Unicode.GetBytes("-stiefel.conf\0")], File.ReadAllBytes(Path.Combine(Firmware, $"LoaderEntryOneShot-{Loader}")));
        entry.TakeBack();
        Assert.False(File.Exists(Path.Combine(Firmware, $"LoaderEntryOneShot-{Loader}")));
    }

    [Theory]
    [InlineData(0xf7, "stiefel.conf", "can be told the next entry in a firmware variable")]
    [InlineData(0xff, "debian.conf", "found no entry stiefel.conf or -stiefel.conf")]
    [InlineData(0xff, "stiefel.conf.bak", "found no entry")]
    public void Find_SystemdBootCannotOrHasNone_IsRefused(byte features, string id, string why)
    {
        Variable("Boot0000", Global, Option("Linux Boot Manager"));
        Variable("LoaderFeatures", Loader, [features, 0, 0, 0, 0, 0, 0, 0]);
        Variable("LoaderEntries", Loader, Encoding.Unicode.GetBytes(id + "\0"));
        var refusal = Assert.Throws<UsageException>(Find).Message;
        Assert.Contains(why, refusal, StringComparison.Ordinal);
        Assert.Contains("the firmware has no entry called stiefel", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grub")]
    [InlineData("grub2")]
    public void Find_GrubHasAnEntry_IsWrittenByteForByteIntoItsBlock(string directory)
    {
        Grub(directory);
        var file = Path.Combine(Boot, directory, "grubenv");
        var entry = Find();

        entry.Order();
        Assert.Equal((Block + "next_entry=stiefel\n").PadRight(1024, '#'), File.ReadAllText(file));
        entry.Order();
        Assert.Equal((Block + "next_entry=stiefel\n").PadRight(1024, '#'), File.ReadAllText(file));
        entry.TakeBack();
        Assert.Equal(Block.PadRight(1024, '#'), File.ReadAllText(file));
    }

    [Theory]
    [InlineData("btrfs", true)]
    [InlineData("ext4", false)]
    [InlineData("zfs", true)]
    public void Find_WhereGrubCannotWrite_IsRefusedSinceItWouldNeverForget(string type, bool isPartition)
    {
        Grub();
        _place = (new MountEntry("/", type, "/dev/x"), isPartition);
        Assert.Contains("for ever", Assert.Throws<UsageException>(Find).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("menuentry 'Debian' --id debian {\n}\nnext_entry\n", "has no menu entry with the id stiefel")]
    [InlineData("menuentry 'Stiefel' --id stiefel {\n}\n", "does not use next_entry")]
    [InlineData("menuentry 'Not it' --id stiefel-old {\n}\nnext_entry\n", "has no menu entry")]
    [InlineData("# menuentry 'Stiefel' --id stiefel {\nnext_entry\n", "has no menu entry")]
    public void Find_GrubHasNoneOrForgetsNoOrder_IsRefused(string script, string why)
    {
        Grub(script: script);
        Assert.Contains(why, Assert.Throws<UsageException>(Find).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_EnvironmentBlockIsMissingOrOfAnotherSize_IsRefused()
    {
        Grub();
        var file = Path.Combine(Boot, "grub/grubenv");
        File.WriteAllText(file, Block);
        Assert.Contains("is not an environment block", Assert.Throws<UsageException>(Find).Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("is not an environment block", Assert.Throws<UsageException>(Find).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Order_EnvironmentBlockIsFullOrNone_ChangesNothing()
    {
        Grub();
        var (file, full) = (Path.Combine(Boot, "grub/grubenv"), (Block + "x=" + new string('y', 960) + "\n").PadRight(1024, '#'));
        foreach (var text in new[] { full, new string('#', 1024) })
        {
            File.WriteAllText(file, text);
            Assert.Throws<IOException>(Find().Order);
            Assert.Equal(text, File.ReadAllText(file));
        }
    }

    [Theory]
    [InlineData("firmware", "/boot/efi/EFI/stiefel/0123456789abcdef/keys.img", true)]
    [InlineData("firmware", "/boot/efi/EFI/stiefel/fedcba9876543210/keys.img", false)]
    [InlineData("loader", "/boot/efi/stiefel/0123456789abcdef/keys.img", true)]
    [InlineData("by hand", "/boot/efi/stiefel/0123456789abcdef/keys.img", false)]
    [InlineData("grub", "BOOT/grub/stiefel/0123456789abcdef/keys.img", true)]
    [InlineData("grub", "/boot/efi/stiefel/0123456789abcdef/keys.img", false)]
    public void Keys_OfSetUpsEntry_AreThoseThatItsRamdiskReads(string kind, string file, bool reads)
    {
        if (kind == "firmware")
        {
            Variable("Boot0001", Global, [.. Option("stiefel"), .. Encoding.Unicode.GetBytes(@"stiefel_role=server initrd=\EFI\stiefel\0123456789abcdef\initrd.img initrd=\EFI\stiefel\0123456789abcdef\keys.img" + "\0")]);
        }
        else if (kind == "grub")
        {
            Grub();
        }
        else
        {
            Variable("LoaderFeatures", Loader, [0xff, 0, 0, 0, 0, 0, 0, 0]);
            Variable("LoaderEntries", Loader, Encoding.Unicode.GetBytes(kind == "loader" ? "-stiefel.conf\0" : "stiefel.conf\0"));
        }

        Assert.Equal(reads, Find().ReadsKeysFrom(file.Replace("BOOT", Boot, StringComparison.Ordinal)));
    }

    [Fact]
    public void Find_NothingAtAll_SaysWhyOfEachKind()
    {
        var refusal = Assert.Throws<UsageException>(Find).Message;
        Assert.Contains("this machine was not started by UEFI", refusal, StringComparison.Ordinal);
        Assert.Contains("systemd-boot", refusal, StringComparison.Ordinal);
        Assert.Contains("no grub.cfg", refusal, StringComparison.Ordinal);
    }

    private IOneTimeEntry Find() => new OneTimeEntries(new EfiVariables(Firmware), Boot, _ => _place) is var entries && entries.TryFind(out var why) is { } entry ? entry : throw OneTimeEntries.Missing("config.yaml", why);

    private void Variable(string name, string vendor, byte[] value)
    {
        Directory.CreateDirectory(Firmware);
        File.WriteAllBytes(Path.Combine(Firmware, $"{name}-{vendor}"), [7, 0, 0, 0, .. value]);
    }

    // Attributes, length of the path, description, path.
    private static byte[] Option(string description) => [1, 0, 0, 0, 4, 0, .. Encoding.Unicode.GetBytes(description + '\0'), 0x7f, 0xff, 4, 0];

    private void Grub(string directory = "grub", string script = Menu)
    {
        Directory.CreateDirectory(Path.Combine(Boot, directory));
        File.WriteAllText(Path.Combine(Boot, directory, "grub.cfg"), script);
        File.WriteAllText(Path.Combine(Boot, directory, "grubenv"), Block.PadRight(1024, '#'));
    }
}
