using System.CommandLine;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Firmware;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>The boot entry where there is neither GRUB nor systemd-boot: extlinux's, or the firmware's own.</summary>
public sealed class OtherEntriesTests : IDisposable
{
    private const string Variables = "sys/firmware/efi/efivars";
    private const string PartitionId = "5a1e0003-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string Kernel = "linux /boot/vmlinuz-linux\n  initrd /boot/initramfs-linux.img\n  append root=UUID=" + LaptopModel.RootId + " rw\n";

    private readonly LaptopModel _laptop = DistributionModels.Of("arch");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _laptop.Dispose();

    [Theory]
    [InlineData("extlinux/extlinux.conf", "default arch\n")]
    [InlineData("syslinux/syslinux.cfg", "UI menu.c32\n")]
    public async Task Extlinux_SetUp_HasTheEntryLastOfAll(string configuration, string head)
    {
        WithRamdisk();
        var before = $"{head}label arch\n  menu label Arch\n  {Kernel}";
        _laptop.Write($"boot/{configuration}", before);
        var tree = Untimed();
        await RunAsync("--yes");

        var directory = "boot/" + Path.GetDirectoryName(configuration);
        var version = Path.GetFileName(Assert.Single(Directory.GetDirectories(_laptop[directory + "/stiefel"])));
        Assert.StartsWith(before, await File.ReadAllTextAsync(_laptop[$"boot/{configuration}"], Token), StringComparison.Ordinal);
        var entry = await File.ReadAllTextAsync(_laptop[directory + "/stiefel/entry.cfg"], Token);
        Assert.Contains($"LABEL stiefel\n    MENU LABEL Serve this disk (Stiefel)\n    LINUX stiefel/{version}/vmlinuz\n    INITRD stiefel/{version}/initrd.img,stiefel/{version}/keys.img\n    APPEND stiefel_role=server ", entry, StringComparison.Ordinal);

        // Read the menu as the server does: our entry is there, and is not the default.
        var menu = BootCatalog.Find(_laptop.Root);
        Assert.Equal("Arch", menu.Default.Title);
        Assert.Contains("nothing to change", await RunAsync("--yes"), StringComparison.Ordinal);
        await RunAsync("--undo");
        Assert.Equal(tree, Untimed());
    }

    [Fact]
    public async Task Firmware_WhereNoLoaderHasAPlace_HasTheEntryOutsideItsOrder()
    {
        WithRamdisk();
        WithFirmware();
        var before = TreeSnapshot.Of(_laptop.Root);
        await RunAsync("--yes");

        var version = Path.GetFileName(Assert.Single(Directory.GetDirectories(_laptop["boot/EFI/stiefel"])));
        var option = await File.ReadAllBytesAsync(_laptop[$"{Variables}/Boot0001-{LaptopModel.Global}"], Token);

        // UEFI 2.10 §3.1.3, §10.3.5: attributes of the variable; active; the length of the path.
        Assert.StartsWith("07000000" + "01000000" + "7E00" + Hex("stiefel\0"), Convert.ToHexString(option), StringComparison.Ordinal);
        Assert.Contains(
            "04012A00" + "01000000" + "0008000000000000" + "B0129E3B00000000" + "03001E5A9D7A1E4C9B570D2F4C6E8A10" + "0202" + "04045000" + Hex($@"\EFI\stiefel\{version}\vmlinuz" + "\0") + "7FFF0400" + Hex("stiefel_role=server "),
            Convert.ToHexString(option), StringComparison.Ordinal);
        Assert.EndsWith(Hex($@" initrd=\EFI\stiefel\{version}\initrd.img initrd=\EFI\stiefel\{version}\keys.img" + "\0"), Convert.ToHexString(option), StringComparison.Ordinal);
        Assert.Equal("stiefel", FirmwareEntry.DescriptionIn(option.AsSpan(4)));
        Assert.NotNull(FirmwareEntry.Find(new EfiVariables(_laptop[Variables]), out _));
        Assert.Equal("/etc/systemd/system/stiefel-update.service", new FileInfo(_laptop["etc/systemd/system/multi-user.target.wants/stiefel-update.service"]).LinkTarget);

        await RunAsync("--undo");
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    [Fact]
    public async Task Firmware_AfterAnotherRamdisk_IsSwitchedInOneEntry()
    {
        WithRamdisk();
        WithFirmware();
        await RunAsync("--yes");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "another, and longer");
        await RunAsync("--update");
        var option = Encoding.Unicode.GetString(await File.ReadAllBytesAsync(_laptop[$"{Variables}/Boot0001-{LaptopModel.Global}"], Token));
        var current = Directory.GetDirectories(_laptop["boot/EFI/stiefel"]).Single(directory => option.Contains(Path.GetFileName(directory), StringComparison.Ordinal));
        Assert.Equal("another, and longer", await File.ReadAllTextAsync(Path.Combine(current, "initrd.img"), Token));
        Assert.False(File.Exists(_laptop[$"{Variables}/Boot0002-{LaptopModel.Global}"]));
    }

    /// <summary>A desktop's firmware must not be touched, whatever numbers its entries have.</summary>
    [Fact]
    public async Task Firmware_OfADesktop_IsLeftAlone()
    {
        WithRamdisk();
        WithFirmware();
        await RunAsync("--yes");
        byte[] foreign = [7, 0, 0, 0, 1, 0, 0, 0, 4, 0, .. Encoding.Unicode.GetBytes("Windows Boot Manager\0"), 0x7f, 0xff, 4, 0];
        _laptop.Write($"{Variables}/Boot0001-{LaptopModel.Global}", foreign);
        _laptop.Write("proc/self/mountinfo", "22 1 43:3 / / rw - ext4 /dev/nbd0p3 rw\n23 22 43:1 / /boot rw - vfat /dev/nbd0p1 rw\n");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "another");
        await RunAsync("--update");
        await RunAsync("--undo");
        Assert.Equal(foreign, await File.ReadAllBytesAsync(_laptop[$"{Variables}/Boot0001-{LaptopModel.Global}"], Token));
        Assert.Equal(["Boot0000", "Boot0001"], Directory.GetFiles(_laptop[Variables], "Boot????-*").Select(file => Path.GetFileName(file)[..8]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Firmware_ThatWantsSignatures_GetsNoneAndIsTold()
    {
        WithRamdisk();
        WithFirmware();
        _laptop.WriteVariable("SecureBoot", LaptopModel.Global, 1);
        Assert.Contains("no entry is added to the firmware's menu: Secure Boot is on", await RunAsync("--yes"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_laptop["boot/EFI/stiefel"]));
    }

    // Compare without times: a file that was changed and changed back has a new time.
    private string[] Untimed() => [.. TreeSnapshot.Of(_laptop.Root).Select(line => line[..line.LastIndexOf(' ')])];

    private static string Hex(string text) => Convert.ToHexString(Encoding.Unicode.GetBytes(text));

    private void WithRamdisk()
    {
        _laptop.Remove("boot/loader");
        _laptop.Remove("boot/EFI/systemd");
        _laptop.WriteKernel("var/lib/stiefel/stiefel-vmlinuz");
        _laptop.Write("var/lib/stiefel/stiefel-initrd.img", "the ramdisk");
    }

    // A system with another loader, for example rEFInd, and its entry in the firmware.
    private void WithFirmware()
    {
        _laptop.Write("boot/EFI/refind/refind_x64.efi", "loader");
        _laptop.Link($"dev/disk/by-partuuid/{PartitionId}", "../../nvme0n1p1");
        _laptop.Write("sys/class/block/nvme0n1p1/start", "2048\n");
        _laptop.WriteVariable("Boot0000", LaptopModel.Global, [1, 0, 0, 0, 4, 0, .. Encoding.Unicode.GetBytes("rEFInd\0"), 0x7f, 0xff, 4, 0]);
        _laptop.WriteVariable("BootOrder", LaptopModel.Global, 0, 0);
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
