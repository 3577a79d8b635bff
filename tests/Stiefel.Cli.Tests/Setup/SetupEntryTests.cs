using System.CommandLine;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Cli.Setup;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>The ramdisk as an entry of the laptop's own boot menu, which is never its default.</summary>
public sealed class SetupEntryTests : IDisposable
{
    private const string ReadsCustom = "if [ -f  ${config_directory}/custom.cfg ]; then\n  source ${config_directory}/custom.cfg\nfi\nset x=\"${next_entry}\"\n";
    private const string Grub = "boot/grub/stiefel";

    private readonly LaptopModel _laptop = DistributionModels.Of("debian");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _laptop.Dispose();

    [Fact]
    public async Task Grub_SetUp_HasTheEntryWithKeysForRootAloneAndAnotherDefault()
    {
        WithRamdisk();
        var before = TreeSnapshot.Of(_laptop.Root);
        await RunAsync("--yes");

        var entry = await File.ReadAllTextAsync(_laptop[Grub + "/entry.cfg"], Token);
        var version = Assert.Single(Directory.GetDirectories(_laptop[Grub]));
        Assert.Contains($"linux \"${{stiefel_directory}}/stiefel/{Path.GetFileName(version)}/vmlinuz\" 'stiefel_role=server' 'stiefel_bootdisk=/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1'", entry, StringComparison.Ordinal);
        Assert.Equal("the ramdisk", await File.ReadAllTextAsync(Path.Combine(version, "initrd.img"), Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(version, "keys.img")));
        Assert.True((await File.ReadAllBytesAsync(Path.Combine(version, "keys.img"), Token)).AsSpan().IndexOf("etc/stiefel/keys/stick.key\0"u8) > 0);

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
    public async Task Update_AfterAKeyWasRevoked_TakesItOutOfTheEntry()
    {
        WithRamdisk();
        await RunAsync("--yes");
        File.Delete(_laptop["etc/stiefel/keys/stick.key"]);
        await RunAsync("--update");
        var entry = await File.ReadAllTextAsync(_laptop[Grub + "/entry.cfg"], Token);
        var current = Directory.GetDirectories(_laptop[Grub]).Single(directory => entry.Contains(Path.GetFileName(directory), StringComparison.Ordinal));
        Assert.True((await File.ReadAllBytesAsync(Path.Combine(current, "keys.img"), Token)).AsSpan().IndexOf("stick.key"u8) < 0);
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
