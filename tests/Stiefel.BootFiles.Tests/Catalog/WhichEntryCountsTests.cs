using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.BootFiles.Disk;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Tests;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>The order of precedence: boot.load, stiefelsystem.json, the entry that started the laptop, the firmware's variables, the loader's default.</summary>
public sealed class WhichEntryCountsTests : IDisposable
{
    private readonly BootFixture _boot = new();

    public WhichEntryCountsTests()
    {
        _boot.Kernel("vmlinuz-a").Kernel("vmlinuz-b").Initrd("i").Text("loader/loader.conf", "default a.conf\n");
        foreach (var name in (string[])["a", "b"])
        {
            _boot.Text($"loader/entries/{name}.conf", $"title {name}\nlinux /vmlinuz-{name}\ninitrd /i\noptions root={name}\n");
        }
    }

    public void Dispose() => _boot.Dispose();

    [Theory]
    [InlineData("", "", "", "a")]
    [InlineData("", "b.conf", "", "b")]
    [InlineData("", "@saved", "B.conf", "b")]
    [InlineData("", "@saved", "", "a")]
    [InlineData("", "absent*", "", "a")]
    [InlineData("loader:b.conf", "", "", "b")]
    [InlineData("loader:a.conf", "b.conf", "", "a")]
    [InlineData("kernel:/vmlinuz-b#0000000000000000", "", "", "b")]
    [InlineData("loader:absent.conf", "b.conf", "", "b")]
    public void Find_BootedEntryThenFirmwareThenLoader_InThisOrder(string booted, string efiDefault, string lastBooted, string title)
        => Assert.Equal(title, Find(booted, new LoaderVariables { EntryDefault = efiDefault, EntryLastBooted = lastBooted }).Default.Title);

    [Fact]
    public void Find_BootedEntryIsGone_SaysSo()
        => Assert.Contains("(loader:absent.conf) no longer exists", Assert.Single(Find("loader:absent.conf", LoaderVariables.None).Report.Notes), StringComparison.Ordinal);

    [Fact]
    public void Find_BootedEntryThatNamesASymbolicLink_IsThatEntry()
    {
        _boot.Link("vmlinuz", "vmlinuz-b").Text("loader/entries/0.conf", "title link\nlinux /vmlinuz\ninitrd /i\noptions root=link\n");
        var menu = Find("kernel:/vmlinuz#0000000000000000", LoaderVariables.None);
        Assert.Equal("link", menu.Default.Title);
        Assert.Empty(menu.Report.Notes);
    }

    [Fact]
    public void Find_StiefelSystemJson_ComesBeforeTheBootedEntry()
    {
        _boot.Text("stiefelsystem.json", """{"kernel": "vmlinuz-a", "initrd": "i", "cmdline": "mine"}""");
        Assert.Equal("mine", Find("loader:b.conf", LoaderVariables.None).Default.CommandLine);
    }

    [Fact]
    public void Find_BootLoad_ComesBeforeAllAndTheOthersAreStillThere()
    {
        _boot.Text("stiefelsystem.json", """{"kernel": "vmlinuz-a", "initrd": "i", "cmdline": "mine"}""");
        var menu = Find("loader:b.conf", LoaderVariables.None, new NamedBootFiles("/vmlinuz-b", "/i", "by hand"));
        Assert.Equal(("by hand", "boot.load of the configuration"), (menu.Default.CommandLine, menu.Report.Decided));
        Assert.Equal(["by hand", "mine", "root=a", "root=b"], menu.Entries.Select(entry => entry.CommandLine));
    }

    [Theory]
    [InlineData("/absent", "/i", "boot.load: there is no file /absent")]
    [InlineData("/vmlinuz-a", "/absent", "there is no file /absent: correct boot.load")]
    [InlineData("/i", "/i", "/i is not a Linux kernel for this machine's processor: correct boot.load")]
    public void Find_BootLoadIsWrong_BootsNothingElse(string kernel, string initrd, string message)
        => Assert.Contains(message, Assert.Throws<BootCatalogException>(() => Find("", LoaderVariables.None, new NamedBootFiles(kernel, initrd, "x"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_FirmwareVariables_CountOnlyIfTheLoaderWasOnThisDisk()
    {
        using var directory = new TemporaryDirectory();
        Variable(directory, "LoaderDevicePartUUID", "AAAAAAAA-0000-4000-8000-000000000001");
        Variable(directory, "LoaderEntryDefault", "b.conf");
        Variable(directory, "LoaderInfo", "systemd-boot 257.7");
        ProbedDevice[] disk = [new ProbedDevice { Path = "/dev/sda1", PartUuid = "aaaaaaaa-0000-4000-8000-000000000001" }];
        Assert.Equal(new LoaderVariables { Loader = "systemd-boot 257.7", EntryDefault = "b.conf" }, FirmwareVariables.Read(directory.Path, disk));
        Assert.Equal(LoaderVariables.None, FirmwareVariables.Read(directory.Path, [disk[0] with { PartUuid = "other" }]));
        Assert.Equal(LoaderVariables.None, FirmwareVariables.Read("/absent", disk));
    }

    private static void Variable(TemporaryDirectory directory, string name, string value)
        => File.WriteAllBytes(Path.Combine(directory.Path, $"{name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"), [7, 0, 0, 0, .. Encoding.Unicode.GetBytes(value + "\0")]);

    private BootMenu Find(string booted, LoaderVariables variables, NamedBootFiles? named = null)
    {
        using var tree = new ConfinedTree(_boot.Path);
        return BootCatalog.TryFind(BootDisk.OfDirectory(tree, "") with { Booted = booted, Variables = variables, Named = named }, new BootFindings())!;
    }
}
