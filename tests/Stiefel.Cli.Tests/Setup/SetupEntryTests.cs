using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Cli.Setup;
using Stiefel.Keys;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>The ramdisk as an entry of the laptop's own boot menu, which is never its default.</summary>
public sealed class SetupEntryTests : IDisposable
{
    private const string ReadsCustom = "if [ -f  ${config_directory}/custom.cfg ]; then\n  source ${config_directory}/custom.cfg\nfi\nset x=\"${next_entry}\"\n";
    private const string Grub = "boot/grub/stiefel";
    private const string StickKey = "etc/stiefel/keys/stick.key";
    private const string MenuKey = "etc/stiefel/keys/boot-menu.key";

    private readonly LaptopModel _laptop = DistributionModels.Of("debian");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _laptop.Dispose();

    [Fact]
    public async Task Grub_SetUp_HasTheEntryWithAKeyOfItsOwnForRootAloneAndAnotherDefault()
    {
        WithRamdisk();
        var before = TreeSnapshot.Of(_laptop.Root);
        await RunAsync("--yes");

        var entry = await File.ReadAllTextAsync(_laptop[Grub + "/entry.cfg"], Token);
        var version = Assert.Single(Directory.GetDirectories(_laptop[Grub]));
        Assert.Contains($"linux \"${{stiefel_directory}}/stiefel/{Path.GetFileName(version)}/vmlinuz\" 'stiefel_role=server' 'stiefel_bootdisk=/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1'", entry, StringComparison.Ordinal);
        Assert.Equal("the ramdisk", await File.ReadAllTextAsync(Path.Combine(version, "initrd.img"), Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(version, "keys.img")));
        var keys = await File.ReadAllBytesAsync(Path.Combine(version, "keys.img"), Token);
        Assert.Equal(EntryKeys.Size, keys.Length);
        Assert.True(keys.AsSpan().IndexOf("etc/stiefel/keys/boot-menu.key\0"u8) > 0);
        var (menu, stick) = (await File.ReadAllBytesAsync(_laptop[MenuKey], Token), await File.ReadAllBytesAsync(_laptop[StickKey], Token));
        Assert.True(keys.AsSpan().IndexOf(menu) > 0);
        Assert.True(keys.AsSpan().IndexOf(stick) < 0);
        Assert.Equal(SharedKey.OldSize, new FileInfo(_laptop[MenuKey]).Length);
        Assert.Equal($"/{Grub}/{Path.GetFileName(version)}/keys.img", new FileInfo(_laptop[EntryKeys.Link]).LinkTarget);

        // Autokexec finds the entry, and the reader of boot menus sees it.
        Assert.NotNull(GrubEntry.Find(_laptop["boot"], _ => (new MountEntry("/", "ext4", "/dev/nvme0n1p2"), true), out var why));
        Assert.Equal("", why);
        using (var tree = new LaptopTree(_laptop.Root))
        {
            Assert.Equal("Debian GNU/Linux", new LaptopFacts(tree).Boot.Menu!.Default.Title);
        }

        Assert.Contains("nothing to change", await RunAsync("--yes"), StringComparison.Ordinal);
        await RunAsync("--undo");
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    [Fact]
    public async Task Grub_WithACustomConfigurationOfSomebodys_KeepsItAndGivesItBack()
    {
        WithRamdisk();
        _laptop.Write("boot/grub/custom.cfg", "menuentry 'mine' { true; }");
        await RunAsync("--yes");
        Assert.StartsWith("menuentry 'mine' { true; }\n# Written by `stiefel", await File.ReadAllTextAsync(_laptop["boot/grub/custom.cfg"], Token), StringComparison.Ordinal);
        await RunAsync("--undo");
        Assert.Equal("menuentry 'mine' { true; }", await File.ReadAllTextAsync(_laptop["boot/grub/custom.cfg"], Token));
    }

    [Fact]
    public async Task Grub_ThatReadsNoCustomConfiguration_GetsNoneAndIsTold()
    {
        WithRamdisk(readsCustom: false);
        Assert.Contains("/boot/grub/grub.cfg does not read custom.cfg", await RunAsync("--yes"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_laptop[Grub]));
    }

    [Fact]
    public async Task Grub_ScriptAsInstalled_IsUnderstoodByGrub()
    {
        WithRamdisk();
        await RunAsync("--yes");
        foreach (var script in (string[])["boot/grub/custom.cfg", Grub + "/entry.cfg"])
        {
            await ExternalProgram.RunAsync("grub-script-check", [_laptop[script]], token: Token);
        }
    }

    [Fact]
    public async Task Update_AfterTheKeyOfTheMenuWasRevoked_TakesItOutOfTheEntry()
    {
        WithRamdisk();
        await RunAsync("--yes");
        var secret = await File.ReadAllBytesAsync(_laptop[MenuKey], Token);
        File.Delete(_laptop[MenuKey]);
        await RunAsync("--update");
        Assert.Equal(2, KeyArchives().Count());
        Assert.All(KeyArchives(), archive => Assert.True(archive.AsSpan().IndexOf(secret) < 0 && archive.AsSpan().IndexOf(".key"u8) < 0));
        Assert.False(File.Exists(_laptop[MenuKey]));
        Assert.Equal("", await RunAsync("--update"));
    }

    /// <summary>An older version's entry: all keys for good, in an archive of another length, no key of its own, and no link.</summary>
    [Fact]
    public async Task Update_OfAnEntryThatHoldsAllKeys_LeavesThatOfTheMenuAlone()
    {
        const string Old = "0123456789abcdef";
        WithRamdisk();
        var before = TreeSnapshot.Of(_laptop.Root);
        await RunAsync("--yes");
        var version = Assert.Single(Directory.GetDirectories(_laptop[Grub]));
        await File.WriteAllTextAsync(_laptop[Grub + "/entry.cfg"], (await File.ReadAllTextAsync(_laptop[Grub + "/entry.cfg"], Token)).Replace(Path.GetFileName(version), Old, StringComparison.Ordinal), Token);
        Directory.Move(version, _laptop[$"{Grub}/{Old}"]);
        await using (var archive = File.Create(_laptop[$"{Grub}/{Old}/keys.img"]))
        {
            KeyArchive.Write(archive, _laptop[StickKey]);
        }

        File.Delete(_laptop[MenuKey]);
        File.Delete(_laptop[EntryKeys.Link]);
        var journal = JsonNode.Parse(await File.ReadAllTextAsync(_laptop["var/lib/stiefel/setup.json"], Token))!;
        var entries = journal["entries"]!.AsArray();
        Assert.Equal(2, entries.RemoveAll(entry => (string)entry!["path"]! is EntryKeys.Link or "/" + MenuKey));
        await File.WriteAllTextAsync(_laptop["var/lib/stiefel/setup.json"], journal.ToJsonString(), Token);

        await RunAsync("--update");

        var (stick, menu) = (await File.ReadAllBytesAsync(_laptop[StickKey], Token), await File.ReadAllBytesAsync(_laptop[MenuKey], Token));
        Assert.Equal(2, KeyArchives().Count());
        Assert.All(KeyArchives(), archive => Assert.True(archive.AsSpan().IndexOf(menu) > 0 && archive.AsSpan().IndexOf(stick) < 0));
        Assert.DoesNotContain(Old, await File.ReadAllTextAsync(_laptop[Grub + "/entry.cfg"], Token), StringComparison.Ordinal);
        Assert.Equal("", await RunAsync("--update"));
        await RunAsync("--undo");
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    [Fact]
    public async Task Update_ServiceWasSwitchedOffAndAKeyRefused_ChangesNeither()
    {
        WithRamdisk();
        await RunAsync("--yes");
        File.Delete(_laptop["etc/systemd/system/multi-user.target.wants/stiefel-autokexec.service"]);
        File.Delete(_laptop[MenuKey]);
        await RunAsync("--update");
        Assert.False(Path.Exists(_laptop["etc/systemd/system/multi-user.target.wants/stiefel-autokexec.service"]) || File.Exists(_laptop[MenuKey]));
    }

    /// <summary>A unit of an older version, which set-up wrote, follows; the entry's keys lie where that unit may not write.</summary>
    [Fact]
    public async Task Update_UnitIsOfAnOlderVersion_IsReplaced()
    {
        const string Unit = "etc/systemd/system/stiefel-autokexec.service";
        WithRamdisk();
        await RunAsync("--yes");
        var (unit, older) = (await File.ReadAllTextAsync(_laptop[Unit], Token), "# older\n");
        await File.WriteAllTextAsync(_laptop[Unit], older, Token);
        var journal = await File.ReadAllTextAsync(_laptop["var/lib/stiefel/setup.json"], Token);
        await File.WriteAllTextAsync(_laptop["var/lib/stiefel/setup.json"], journal.Replace(SetupJournal.HashOf(Encoding.UTF8.GetBytes(unit)), SetupJournal.HashOf(Encoding.UTF8.GetBytes(older)), StringComparison.Ordinal), Token);
        await RunAsync("--update");
        Assert.Equal(unit, await File.ReadAllTextAsync(_laptop[Unit], Token));
    }

    [Fact]
    public async Task Update_AfterALeaveThatWasCutShort_WipesWhatItHadLent()
    {
        WithRamdisk();
        await RunAsync("--yes");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "another ramdisk");
        await RunAsync("--update");
        EntryKeys.Overwrite(_laptop[new FileInfo(_laptop[EntryKeys.Link]).LinkTarget!], EntryKeys.OfAll([_laptop[StickKey]], new EntryKeysPlace("PARTUUID=1", "ext4", "/x")));
        string[] versions = [.. Directory.GetDirectories(_laptop[Grub]).Order()];

        await RunAsync("--update");

        Assert.All(KeyArchives(), archive => Assert.Equal(EntryKeys.OfMenu(_laptop["etc/stiefel/keys"]), archive));
        Assert.Equal(versions, Directory.GetDirectories(_laptop[Grub]).Order());
        Assert.Equal("", await RunAsync("--update"));
    }

    [Fact]
    public async Task Update_AfterAnotherRamdisk_SwitchesLastAndKeepsTheOneBefore()
    {
        WithRamdisk();
        await RunAsync("--yes");
        for (var number = 0; number < 3; number++)
        {
            _laptop.Write("var/lib/stiefel/stiefel-initrd.img", $"ramdisk {number}");
            await RunAsync("--update");
        }

        var entry = await File.ReadAllTextAsync(_laptop[Grub + "/entry.cfg"], Token);
        string[] versions = [.. Directory.GetDirectories(_laptop[Grub]).Select(directory => File.ReadAllText(Path.Combine(directory, "initrd.img"))).Order()];
        Assert.Equal(["ramdisk 1", "ramdisk 2"], versions);
        Assert.Equal("ramdisk 2", await File.ReadAllTextAsync(Path.Combine(_laptop[Grub], entry.Split('/').First(word => word.Length == 16), "initrd.img"), Token));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("sort-key arch\n", "sort-key zzstiefel\n")]
    public async Task SystemdBoot_SetUp_HasTheEntryLastOfAll(string othersKey, string key)
    {
        WithRamdisk(readsCustom: false);
        WithSystemdBoot(othersKey);
        var before = TreeSnapshot.Of(_laptop.Root);
        await RunAsync("--yes");
        var entry = await File.ReadAllTextAsync(_laptop["boot/efi/loader/entries/-stiefel.conf"], Token);
        var version = Path.GetFileName(Assert.Single(Directory.GetDirectories(_laptop["boot/efi/stiefel"])));
        Assert.Contains($"title Serve this disk (Stiefel)\n{key}linux /stiefel/{version}/vmlinuz\ninitrd /stiefel/{version}/initrd.img\ninitrd /stiefel/{version}/keys.img\noptions stiefel_role=server ", entry, StringComparison.Ordinal);
        using (var tree = new LaptopTree(_laptop.Root))
        {
            Assert.Equal("Arch", new LaptopFacts(tree).Boot.Menu!.Default.Title);
        }

        Assert.Equal("", await RunAsync("--update"));
        await RunAsync("--undo");
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    [Fact]
    public void SetUp_WithoutRoom_MakesNoEntryAndSaysHowMuchItTakes()
    {
        WithRamdisk();
        using var tree = new LaptopTree(_laptop.Root) { FreeBytes = _ => 1 << 20 };
        var entry = new SetupEntry(new LaptopFacts(tree), new StiefelConfiguration());
        Assert.Contains("/boot/grub has 1.0 MiB free, but replacing a ramdisk takes 64", entry.Obstacle(), StringComparison.Ordinal);
    }

    private IEnumerable<byte[]> KeyArchives() => Directory.GetDirectories(_laptop[Grub]).Select(version => File.ReadAllBytes(Path.Combine(version, "keys.img")));

    private void WithRamdisk(bool readsCustom = true)
    {
        _laptop.WriteKernel("var/lib/stiefel/stiefel-vmlinuz");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "the ramdisk");
        _laptop.Write("boot/grub/grubenv", "# GRUB Environment Block\n".PadRight(1024, '#'));
        if (readsCustom)
        {
            File.AppendAllText(_laptop["boot/grub/grub.cfg"], ReadsCustom);
        }
    }

    private void WithSystemdBoot(string othersKey)
    {
        _laptop.Remove("boot/grub");
        _laptop.WriteKernel("boot/efi/vmlinuz-linux");
        _laptop.Write("boot/efi/initramfs-linux.img", "initrd");
        _laptop.Write("boot/efi/loader/loader.conf", "timeout 3\n");
        _laptop.Write("boot/efi/EFI/systemd/systemd-bootx64.efi", "");
        _laptop.Write("boot/efi/loader/entries/arch.conf", $"title Arch\n{othersKey}linux /vmlinuz-linux\ninitrd /initramfs-linux.img\noptions root=UUID={LaptopModel.RootId} rw\n");
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(
            new RootCommand("test") { SetupServerOsVerb.Build() }, ["setup-server-os", .. arguments, "--root", _laptop.Root], output, output);
        Assert.True(code == ExitCode.Done, $"exit code {code}: {output}");
        return output.ToString();
    }
}
