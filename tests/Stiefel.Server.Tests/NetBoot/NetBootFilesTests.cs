using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Stiefel.Linux.Initramfs;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests;
using Stiefel.Server.Configuration;
using Stiefel.Server.NetBoot;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.NetBoot;

public sealed class NetBootFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _usr = RandomNumberGenerator.GetBytes(8192), _modules = RandomNumberGenerator.GetBytes(4096);

    public void Dispose() => _directory.Dispose();

    /// <summary>The pieces that GRUB loads one by one, and the file that HTTP gives, are the ramdisk as it was made, and contain nothing else of the running one.</summary>
    [Fact]
    public async Task Initrd_MadeAgainOfTheRunningRamdisk_HoldsItsFilesAndNoKey()
    {
        var files = new NetBootFiles(Options(FillRamdisk()), Path("root"));
        files.LayOut();
        var menu = await File.ReadAllTextAsync(Path("out/tftp/grub/grub.cfg"), TestContext.Current.CancellationToken);
        var names = menu.Split('\n').Single(line => line.StartsWith("initrd ", StringComparison.Ordinal)).Split(' ')[1..];
        byte[] image = [.. names.SelectMany(name => File.ReadAllBytes(Path("out/tftp" + name)))];

        Assert.Equal(image.Length, files.Find("initrd.img")!.Length);
        Assert.All(names, name => Assert.Equal(0, new FileInfo(RealPath(Path("out/tftp" + name))).Length % 4));
        File.WriteAllBytes(Path("again.img"), image);
        Directory.CreateDirectory(Path("unpacked"));
        using (var input = File.OpenRead(Path("again.img")))
        {
            // The file is two archives in a row: cpio stops at the end of the first, so continue behind it; the kernel reads both.
            input.Position = new FileInfo(Path("files/start.img")).Length;
            await ExternalProgram.RunAsync("cpio", ["--extract", "--make-directories", "--quiet"], new ExternalProgramOptions { Input = input, WorkingDirectory = Path("unpacked") }, TestContext.Current.CancellationToken);
        }

        Assert.Equal(_usr, File.ReadAllBytes(Path("unpacked/early/usr.squashfs")));
        Assert.Equal(_modules, File.ReadAllBytes(Path("unpacked/early/modules.squashfs")));
        Assert.Equal(-1, image.AsSpan().IndexOf("THE SECRET"u8));
    }

    /// <summary>A failure of network boot must not end the server: desktops with a stick are still served.</summary>
    [Theory]
    [InlineData("files", "no such place\0")]
    [InlineData("nothing but a kernel", "out")]
    public async Task Server_ThatCannotOfferItsRamdisk_ServesWithoutNetworkBoot(string directory, string place)
    {
        using var files = new ServerFiles();
        FillRamdisk();
        Directory.CreateDirectory(Path("nothing but a kernel"));
        File.WriteAllText(Path("nothing but a kernel/vmlinuz"), "kernel");
        await using var server = await RunningServer.StartAsync(files, "--NetBoot:Dhcp", "auto", "--NetBoot:Files", Path(directory), "--NetBoot:Directory", Path(place));
        Assert.True(SpinWait.SpinUntil(() => server.Log.With("no network boot: ").Any(), TimeLimit.Seconds(20)));
        using var http = new HttpClient { BaseAddress = server.Boot };
        for (var i = 0; i < 10; i++)
        {
            using var greeting = await http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(greeting.IsSuccessStatusCode);
        }

        Assert.False(server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public void Find_NamesThatAreNotOffered_GivesNothing()
    {
        var files = new NetBootFiles(Options(FillRamdisk()), Path("root"));
        files.LayOut();
        Assert.NotNull(files.Find("vmlinuz"));
        Assert.All(["", "start.img", "../vmlinuz", "/etc/passwd", "vmlinuz/", "VMLINUZ", "sbin/dnsmasq", "boot.ipxe/..", "../root/etc/stiefel/keys/a.key"], name => Assert.Null(files.Find(name)));
    }

    /// <summary>What UEFI fetches by HTTP is a disk in which firmware, shim and GRUB find what they look for, whatever its size.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(40_000_000)]
    [InlineData(90_000_001)]
    public async Task Image_ForHttpBoot_IsAWholeFileSystemWithAllThatIsBooted(int kernelSize)
    {
        FillRamdisk();
        var kernel = RandomNumberGenerator.GetBytes(kernelSize);
        File.WriteAllBytes(Path("files/vmlinuz"), kernel);
        File.WriteAllText(Path("files/shimx64.efi"), "shim");
        Assert.Null(new NetBootFiles(Options(Path("files")), Path("root")).Find("boot.img"));
        File.WriteAllText(Path("files/grubx64.efi"), "");
        var files = new NetBootFiles(Options(Path("files")), Path("root"));
        var content = files.Find("boot.img")!;
        var image = await WriteAsync(content, "boot.img");

        Assert.Equal(content.Length, new FileInfo(image).Length);
        await ExternalProgram.RunAsync("fsck.vfat", ["-n", "-v", image], token: TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path("disk"));
        await ExternalProgram.RunAsync("mcopy", ["-s", "-n", "-i", image, "::/EFI", "::/GRUB", "::/VMLINUZ", "::/INITRD.IMG", Path("disk")], token: TestContext.Current.CancellationToken);
        Assert.Equal("shim", File.ReadAllText(Path("disk/EFI/BOOT/BOOTX64.EFI")));
        Assert.Equal("", File.ReadAllText(Path("disk/EFI/BOOT/GRUBX64.EFI")));
        Assert.Equal(kernel, File.ReadAllBytes(Path("disk/VMLINUZ")));
        Assert.Equal(File.ReadAllBytes(await WriteAsync(files.Find("initrd.img")!, "initrd.img")), File.ReadAllBytes(Path("disk/INITRD.IMG")));
        Assert.StartsWith("linux /VMLINUZ stiefel_role=client ", File.ReadAllText(Path("disk/GRUB/GRUB.CFG")), StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(NetBootContent content, string name)
    {
        await using var output = File.Create(Path(name));
        var context = new DefaultHttpContext { Response = { Body = output } };
        foreach (var piece in content.Pieces)
        {
            await piece.SendAsync(context.Response, TestContext.Current.CancellationToken);
        }

        return Path(name);
    }

    [Fact]
    public void Dnsmasq_OfACable_IsToldWhatTheDocumentsSay()
    {
        var options = Options(FillRamdisk());
        var text = new DnsmasqConfiguration(options, new NetBootPaths(options.Directory)).Alone(DhcpCable.Of("eth0", options.Network, 1));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(
            [
                "port=0", "interface=eth0", "bind-interfaces", "except-interface=lo", "user=nobody", "dhcp-range=10.61.57.18,10.61.57.30,120", "dhcp-option=option:router", "dhcp-option=option:dns-server",
                "dhcp-ignore=tag:!pxe,tag:!http,tag:!own,tag:!ipxe", "dhcp-boot=tag:bios,tag:!ipxe,undionly.kpxe", "dhcp-boot=tag:bios,tag:ipxe,boot.ipxe", "dhcp-boot=tag:uefi,shimx64.efi",
                "dhcp-boot=tag:uefihttp,http://10.61.57.17:4644/netboot/boot.img",
            ],
            line => Assert.Contains(line, lines));

        // A pxe-service line breaks UEFI clients when this is the only DHCP server.
        Assert.DoesNotContain(lines, line => line.StartsWith("pxe-service", StringComparison.Ordinal));
    }

    private NetBootOptions Options(string files) => new(DhcpService.Auto, files, Path("out"), 0x0a3d3900, 16, 120, TimeSpan.FromSeconds(40), "", 4644);

    private string FillRamdisk()
    {
        Directory.CreateDirectory(Path("files"));
        Directory.CreateDirectory(Path("root/early"));
        Directory.CreateDirectory(Path("root/etc/stiefel/keys"));
        File.WriteAllText(Path("root/etc/stiefel/keys/a.key"), "THE SECRET");
        File.WriteAllBytes(Path("root/early/usr.squashfs"), _usr);
        File.WriteAllBytes(Path("root/early/modules.squashfs"), _modules);
        File.WriteAllText(Path("files/vmlinuz"), "kernel");
        using var start = File.Create(Path("files/start.img"));
        var archive = new CpioWriter(start);
        archive.AddDirectory("early", UnixFileMode.UserRead);
        archive.AddFile("init", UnixFileMode.UserExecute, Encoding.ASCII.GetBytes("#!x"));
        archive.Complete();
        return Path("files");
    }

    private string Path(string name) => System.IO.Path.Combine(_directory.Path, name);

    private static string RealPath(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
}
