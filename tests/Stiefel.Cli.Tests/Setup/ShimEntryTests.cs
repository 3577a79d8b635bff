using System.CommandLine;
using System.Text;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup;
using Stiefel.Cli.Setup.Entries;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Firmware;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>The boot entry with a shim and a GRUB of its own, which starts where the laptop's loader cannot be told, or would refuse the kernel.</summary>
public sealed class ShimEntryTests : IDisposable
{
    private const string Variables = "sys/firmware/efi/efivars";
    private const string Entry = Variables + "/Boot0001-" + LaptopModel.Global;
    private const string Place = "boot/efi/EFI/stiefel";
    private const string Shim = "usr/lib/shim/shimx64.efi.signed", Grub = "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed";
    private const string Debian = "Debian Secure Boot CA", Canonical = "Canonical Ltd. Master Certificate Authority";

    private readonly LaptopModel _laptop = DistributionModels.Of("debian");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _laptop.Dispose();

    [Theory]
    [InlineData("btrfs")]
    [InlineData("f2fs")]
    public async Task Entry_WhereGrubCannotForget_IsTheFirmwaresWithShimAndGrubOfItsOwn(string type)
    {
        WithLoader(type);
        var before = Untimed();
        await RunAsync("--yes");

        var version = Path.GetFileName(Assert.Single(Directory.GetDirectories(_laptop[Place])));
        Assert.Equal(["grub.cfg", "grubx64.efi", "mmx64.efi", "shimx64.efi"], Directory.GetFiles(_laptop[Place]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(await File.ReadAllBytesAsync(_laptop[Grub], Token), await File.ReadAllBytesAsync(_laptop[Place + "/grubx64.efi"], Token));
        Assert.Equal(["initrd.img", "keys.img", "vmlinuz"], Directory.GetFiles(_laptop[$"{Place}/{version}"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var menu = await File.ReadAllTextAsync(_laptop[Place + "/grub.cfg"], Token);
        Assert.Contains($"if linux /EFI/stiefel/{version}/vmlinuz 'stiefel_role=server' ", menu, StringComparison.Ordinal);
        Assert.Contains($"initrd /EFI/stiefel/{version}/initrd.img /EFI/stiefel/{version}/keys.img", menu, StringComparison.Ordinal);

        // The value ends with the path's end: shim would take an argument for the name of its GRUB.
        var option = Convert.ToHexString(await File.ReadAllBytesAsync(_laptop[Entry], Token));
        Assert.EndsWith(Hex(@"\EFI\stiefel\shimx64.efi" + "\0") + "7FFF0400", option, StringComparison.Ordinal);
        Assert.Contains("search --no-floppy --fs-uuid --set=root A1B2-C3D4\n    chainloader /EFI/stiefel/shimx64.efi\n", await File.ReadAllTextAsync(_laptop["boot/grub/custom.cfg"], Token), StringComparison.Ordinal);

        // Some firmwares forget an entry that is not in their order: it is written again at the next start.
        Assert.True(new FileInfo(_laptop["etc/systemd/system/multi-user.target.wants/stiefel-update.service"]).LinkTarget is not null);
        File.Delete(_laptop[Entry]);
        await RunAsync("--update");
        Assert.Equal(option, Convert.ToHexString(await File.ReadAllBytesAsync(_laptop[Entry], Token)));

        Assert.Contains("nothing to change", await RunAsync("--yes"), StringComparison.Ordinal);
        await RunAsync("--undo");
        Assert.Equal(before, Untimed());
    }

    [Fact]
    public async Task Entry_StartedOnce_IsLentTheKeysOfItsCurrentVersion()
    {
        WithLoader("btrfs");
        await RunAsync("--yes");
        var entry = FirmwareEntry.Find(new EfiVariables(_laptop[Variables]), out _)!;
        var first = Keys();
        Assert.True(entry.ReadsKeysFrom(first));

        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "another, and longer");
        _laptop.Write(Shim, "a newer shim");
        var variable = File.GetLastWriteTimeUtc(_laptop[Entry]);
        await RunAsync("--update");
        Assert.Equal("a newer shim", await File.ReadAllTextAsync(_laptop[Place + "/shimx64.efi"], Token));
        Assert.False(entry.ReadsKeysFrom(first));
        Assert.True(entry.ReadsKeysFrom(Keys()));
        Assert.Equal(variable, File.GetLastWriteTimeUtc(_laptop[Entry])); // firmware wears out
    }

    /// <summary>On a desktop the disk's files are updated, and its firmware is left alone.</summary>
    [Fact]
    public async Task Entry_UpdatedOnADesktop_KeepsItsFirmwareAsItIs()
    {
        WithLoader("btrfs");
        await RunAsync("--yes");
        byte[] foreign = [7, 0, 0, 0, 1, 0, 0, 0, 4, 0, .. Encoding.Unicode.GetBytes("Windows Boot Manager\0"), 0x7f, 0xff, 4, 0];
        _laptop.Write(Entry, foreign);
        _laptop.WriteVariable("SecureBoot", LaptopModel.Global, 1);
        _laptop.WriteDisk("nbd0", "virtual/block", "", partitions: 2);
        _laptop.Write("proc/self/mountinfo", "22 1 43:2 / / rw - btrfs /dev/nbd0p2 rw\n23 22 43:1 / /boot/efi rw - vfat /dev/nbd0p1 rw\n");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "another");
        await RunAsync("--update");
        Assert.Equal("another", await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(Keys())!, "initrd.img"), Token));
        await RunAsync("--undo");
        Assert.Equal(foreign, await File.ReadAllBytesAsync(_laptop[Entry], Token));
        Assert.False(Directory.Exists(_laptop[Place]));
    }

    [Theory]
    [InlineData(Canonical, Debian, Debian, true)]
    [InlineData(Canonical, Debian, Canonical, false)]
    [InlineData(Debian, Debian, Debian, null)]
    public async Task Entry_OfAForeignKernelUnderSecureBoot_HasTheLoaderThatStartsItOrNone(string own, string ramdisk, string loader, bool? isMade)
    {
        WithLoader("ext4");
        _laptop.WriteEfi(secureBoot: 1);
        _laptop.Write("boot/vmlinuz-" + LaptopModel.Release, SignedImage.Of(own));
        _laptop.Write("var/lib/stiefel/stiefel-vmlinuz", SignedImage.Of(ramdisk));
        _laptop.Write(Grub, SignedImage.Of(loader));
        var said = await RunAsync("--yes");
        Assert.Equal(isMade is true, File.Exists(_laptop[Place + "/shimx64.efi"]));
        Assert.Equal(isMade is null, File.Exists(_laptop["boot/grub/stiefel/entry.cfg"])); // its own GRUB starts a kernel of its own distribution
        Assert.Equal(isMade is false, said.Contains("neither this laptop's boot loader nor an installed shim starts the ramdisk's kernel", StringComparison.Ordinal));
    }

    [Fact]
    public void Entry_WithoutRoomInTheEfiSystemPartition_IsGrubs()
    {
        WithLoader("btrfs");
        using var tree = new LaptopTree(_laptop.Root) { FreeBytes = directory => directory.Contains("efi", StringComparison.Ordinal) ? 64 << 20 : 1L << 30 };
        var facts = new LaptopFacts(tree);
        Assert.IsType<GrubPlace>(new SetupEntry(facts, new StiefelConfiguration()).Place);
    }

    private string Keys()
    {
        var menu = File.ReadAllText(_laptop[Place + "/grub.cfg"]);
        return Path.Combine(Directory.GetDirectories(_laptop[Place]).Single(directory => menu.Contains($"/{Path.GetFileName(directory)}/keys.img", StringComparison.Ordinal)), "keys.img");
    }

    private void WithLoader(string type)
    {
        _laptop.Write("proc/self/mountinfo", $"22 1 259:2 / / rw,relatime - {type} /dev/nvme0n1p2 rw\n23 22 259:1 / /boot/efi rw,relatime - vfat /dev/nvme0n1p1 rw\n");
        _laptop.Write("boot/grub/grub.cfg", File.ReadAllText(_laptop["boot/grub/grub.cfg"]) + "source $config_directory/custom.cfg\n");
        _laptop.WriteKernel("var/lib/stiefel/stiefel-vmlinuz");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "the ramdisk");
        _laptop.Write(Shim, "shim");
        _laptop.Write(Grub, "grub for other media");
        _laptop.Write("usr/lib/shim/mmx64.efi.signed", "enroller");
        _laptop.Link("dev/disk/by-partuuid/5a1e0003-7a9d-4c1e-9b57-0d2f4c6e8a10", "../../nvme0n1p1");
        _laptop.Write("sys/class/block/nvme0n1p1/start", "2048\n");
        _laptop.WriteVariable("Boot0000", LaptopModel.Global, [1, 0, 0, 0, 4, 0, .. Encoding.Unicode.GetBytes("debian\0"), 0x7f, 0xff, 4, 0]);
    }

    // Compare without times: a file that was changed and changed back has a new time.
    private string[] Untimed() => [.. TreeSnapshot.Of(_laptop.Root).Select(line => line[..line.LastIndexOf(' ')])];

    private static string Hex(string text) => Convert.ToHexString(Encoding.Unicode.GetBytes(text));

    private async Task<string> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(
            new RootCommand("test") { SetupServerOsVerb.Build() }, ["setup-server-os", .. arguments, "--root", _laptop.Root], output, output);
        Assert.True(code == ExitCode.Done, $"exit code {code}: {output}");
        return output.ToString();
    }
}
