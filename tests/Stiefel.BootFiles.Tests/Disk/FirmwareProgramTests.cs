using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Tests.Catalog;
using Stiefel.BootFiles.Tests.Catalog.Images;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Tests;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>The firmware's own menu: which program on this disk it starts, and which loader's configuration counts for that reason.</summary>
public sealed class FirmwareProgramTests : IDisposable
{
    private const string Partition = "5a1e0021-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string Global = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

    // UEFI 2.10 §3.1.3, §10.3.5.1, §10.3.5.4: active; "debian"; HD(1,GPT,…,0x800,0x100000)/\EFI\debian\shimx64.efi; no arguments.
    private const string Debian =
        "010000006200640065006200690061006e000000"
        + "04012a00010000000008000000000000000010000000000021001e5a9d7a1e4c9b570d2f4c6e8a100202"
        + "040434005c004500460049005c00640065006200690061006e005c007300680069006d007800360034002e006500660069000000" + "7fff0400";

    private static readonly byte[] s_debian = Convert.FromHexString(Debian);
    private static readonly ProbedDevice s_device = new() { Path = "/dev/sda1", PartUuid = Partition, PartNumber = 1, PartScheme = "gpt", PartType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" };

    private readonly TemporaryDirectory _firmware = new();
    private readonly BootFixture _boot = new();

    public void Dispose()
    {
        _firmware.Dispose();
        _boot.Dispose();
    }

    [Fact]
    public void Read_GoldenOption_IsPartitionPathAndNoArguments()
        => Assert.Equal(new FirmwareProgram("Boot0001", "debian", Partition, "EFI/debian/shimx64.efi", ""), LoadOption.Read("Boot0001", s_debian));

    [Fact]
    public void Read_ArgumentsSwitchedOffOrMbr_AsTheFirmwareTakesThem()
    {
        byte[] kernel = [.. Option(@"\vmlinuz-linux", "Arch"), .. Encoding.Unicode.GetBytes(@"root=UUID=a rw initrd=\initramfs.img" + "\0")];
        Assert.Equal(@"root=UUID=a rw initrd=\initramfs.img", LoadOption.Read("Boot0002", kernel)!.Arguments);
        Assert.Equal("", LoadOption.Read("Boot0002", [.. Option(@"\a.efi", "a"), 0xd8, 1, 2])!.Arguments);
        Assert.Null(LoadOption.Read("Boot0002", [0, .. s_debian[1..]]));

        byte[] mbr = [.. s_debian];
        mbr[20 + 41] = 1;
        Assert.Equal("5a1e0021-01", LoadOption.Read("Boot0001", mbr)!.PartUuid);
    }

    [Theory]
    [InlineData("1", "0 1", "grub")]
    [InlineData("2", "0 1 2", "systemd")]
    [InlineData("0", "0 2 1", "systemd")] // Windows was started, so the next in the order counts
    [InlineData("3", "3 1", "grub")] // our own ramdisk was started
    [InlineData("4", "4 1", "grub")] // a program on another disk was started
    [InlineData("", "", "systemd")] // the firmware tells nothing, so the program on the partition counts
    public void Find_ProgramThatTheFirmwareStarts_DecidesWhichLoaderCounts(string current, string order, string title)
    {
        Write("Boot0000", Option(@"\EFI\Microsoft\Boot\bootmgfw.efi", "Windows Boot Manager"));
        Write("Boot0001", s_debian);
        Write("Boot0002", Option(@"\EFI\systemd\systemd-bootx64.efi", "Linux Boot Manager"));
        Write("Boot0003", Option(@"\EFI\stiefel\shimx64.efi", "stiefel"));
        byte[] foreign = [.. s_debian];
        foreign[20 + 24] ^= 1;
        Write("Boot0004", foreign);
        Write("BootCurrent", Numbers(current));
        Write("BootOrder", Numbers(order));
        _boot.Kernel("k").Initrd("i").Text("EFI/systemd/systemd-bootx64.efi", "")
            .Text("EFI/debian/grub.cfg", "menuentry grub {\nlinux /k grub\ninitrd /i\n}\n")
            .Text("loader/entries/systemd.conf", "title systemd\nlinux /k\ninitrd /i\noptions systemd\n");
        Assert.Equal(title, Find().Default.Title);
    }

    [Fact]
    public void Find_GrubOfSeveralVendors_IsTheOneThatTheFirmwareStarts()
    {
        foreach (var vendor in (string[])["arch", "debian"])
        {
            _boot.Kernel("k").Initrd("i").Text($"EFI/{vendor}/grub.cfg", $"menuentry {vendor} {{\nlinux /k {vendor}\ninitrd /i\n}}\n");
        }

        Assert.Equal("arch", Find().Default.Title);
        Write("Boot0001", s_debian);
        Write("BootOrder", Numbers("1"));
        Assert.Equal("debian", Find().Default.Title);
    }

    [Fact]
    public void Find_KernelThatTheFirmwareStartsItself_HasTheArgumentsOfItsEntry()
    {
        _boot.Kernel("vmlinuz-linux").Kernel("k").Initrd("initramfs.img").Text("loader/entries/other.conf", "title other\nlinux /k\ninitrd /initramfs.img\n");
        Write("Boot0005", [.. Option(@"\vmlinuz-linux", "Arch"), .. Encoding.Unicode.GetBytes(@"root=UUID=a rw initrd=\initramfs.img")]);
        Write("BootOrder", Numbers("5"));
        var menu = Find();
        Assert.Equal(("Arch", "root=UUID=a rw", "the firmware's Boot0005"), (menu.Default.Title, menu.Default.CommandLine, menu.Report.Decided));
        Assert.Equal(["initramfs.img"], _boot.Relative(menu.Default.Initrds));
    }

    [Fact]
    public void Find_ImageThatTheFirmwareStartsItself_ComesBeforeOthers()
    {
        _boot.Write("EFI/Linux/a.efi", UnifiedImageBuilder.Typical("6.9.1")).Write("EFI/Linux/b.efi", UnifiedImageBuilder.Typical("6.1.1"));
        Assert.Equal("6.1.1", Find().Default.KernelRelease);
        Write("Boot0006", Option(@"\EFI\Linux\a.efi", "A"));
        Write("BootCurrent", Numbers("6"));
        Assert.Equal("6.9.1", Find().Default.KernelRelease);
    }

    [Fact]
    public void LoadOption_Damaged_IsHandled() => HostileInput.Feed([s_debian, [.. Option(@"\vmlinuz", "a"), .. Encoding.Unicode.GetBytes("root=a")]], 2_000, 1 << 20, input =>
    {
        var program = LoadOption.Read("Boot0001", input);
        Assert.True(program is null || program.Path.Length > 0);
    });

    private static byte[] Option(string path, string description)
    {
        byte[] file = [.. Encoding.Unicode.GetBytes(path + "\0")];
        byte[] nodes = [.. s_debian.AsSpan(20, 42), 4, 4, (byte)(file.Length + 4), 0, .. file, 0x7f, 0xff, 4, 0];
        return [1, 0, 0, 0, (byte)nodes.Length, (byte)(nodes.Length >> 8), .. Encoding.Unicode.GetBytes(description + "\0"), .. nodes];
    }

    private static byte[] Numbers(string numbers) => [.. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(number => (byte[])[byte.Parse(number), 0])];

    private void Write(string name, byte[] value) => File.WriteAllBytes(Path.Combine(_firmware.Path, $"{name}-{Global}"), [7, 0, 0, 0, .. value]);

    private BootMenu Find()
    {
        using var tree = new ConfinedTree(_boot.Path);
        return BootCatalog.TryFind(new BootDisk([new BootVolume(s_device, () => [new BootPlace(tree, "")])]) { Variables = FirmwareVariables.Read(_firmware.Path, [s_device]) }, new BootFindings())!;
    }
}
