using System.CommandLine;
using System.Text;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.UsbStick;
using Stiefel.Cli.Verbs;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.UsbStick;

public class StickImageTests
{
    private const string Stub = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verb_ImageFile_HoldsWhatBothFirmwaresStart()
    {
        using var folder = MakeRamdisk();
        string key = new KeyDirectory(folder["keys"]).Create("test");
        Assert.Equal(0, (await RunAsync("--image", folder["stick.img"], "--key", key, "--ramdisk", folder.Path, "--cmdline", "extra=1")).Code);

        var table = await ExternalProgram.RunAsync("sfdisk", ["--dump", folder["stick.img"]], token: Token);
        Assert.Matches(@"start=\s*2048, size=\s*\d+, type=c, bootable", table.Text);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["stick.img"]));

        await using (FileStream disk = File.OpenRead(folder["stick.img"]))
        await using (FileStream partition = File.Create(folder["partition"]))
        {
            disk.Position = 1024 * 1024;
            await disk.CopyToAsync(partition, Token);
        }

        await ExternalProgram.RunAsync("fsck.fat", ["-n", folder["partition"]], token: Token);
        string menu = await TypeAsync(folder, "syslinux.cfg");
        Assert.Contains("APPEND stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200 extra=1\n", menu, StringComparison.Ordinal);
        await ExternalProgram.RunAsync("mcopy", ["-i", $"{folder["partition"]}", "::/stiefel/initrd.img", folder["initrd"]], token: Token);
        byte[] initrd = await File.ReadAllBytesAsync(folder["initrd"], Token);
        Assert.True(initrd.AsSpan().IndexOf("etc/stiefel/keys/test.key"u8) > 0);
        byte[] secret = await File.ReadAllBytesAsync(key, Token);
        Assert.True(initrd.AsSpan().IndexOf(secret) > 0);
    }

    [Fact]
    public async Task Verb_Device_IsRefused()
    {
        using var folder = MakeRamdisk();
        var (code, error) = await RunAsync("--image", "/dev/null", "--ramdisk", folder.Path);
        Assert.Equal(3, code);
        Assert.Equal("stiefel: --image /dev/null: this is a device, and only image files are written\n", error);
    }

    [Fact]
    public async Task Verb_NoRamdiskYet_SaysHowToMakeIt()
    {
        using var folder = new TemporaryDirectory();
        var (code, error) = await RunAsync("--image", folder["x"], "--ramdisk", folder.Path);
        Assert.Equal(2, code);
        Assert.Contains("stiefel create-initrd", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteUki_Sections_AreReadByObjdumpAndDoNotOverlap()
    {
        using var folder = new TemporaryDirectory();
        byte[] kernel = new byte[1_234_567];
        Random.Shared.NextBytes(kernel);
        await using (FileStream output = File.Create(folder["uki.efi"]))
        {
            UnifiedKernelImage.Write(
                await File.ReadAllBytesAsync(Stub, Token),
                [Section(".cmdline", Encoding.ASCII.GetBytes("a=b")), Section(".linux", kernel), Section(".initrd", new byte[9999])],
                output);
        }

        await ExternalProgram.RunAsync("objcopy", ["-O", "binary", "--only-section=.linux", folder["uki.efi"], folder["linux"]], token: Token);
        Assert.Equal(kernel, await File.ReadAllBytesAsync(folder["linux"], Token));
        var headers = await ExternalProgram.RunAsync("objdump", ["-h", "-w", folder["uki.efi"]], token: Token);
        var sections = headers.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 4 && words[1].StartsWith('.'))
            .Select(words => (Begin: Convert.ToInt64(words[3], 16), End: Convert.ToInt64(words[3], 16) + Convert.ToInt64(words[2], 16)))
            .OrderBy(section => section.Begin).ToArray();
        Assert.True(sections.Length >= 8);
        Assert.All(sections.Zip(sections.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Begin));
    }

    [Fact]
    public void WriteUki_StubIsNone_SaysSo()
    {
        Assert.Throws<FailedException>(() => UnifiedKernelImage.Write(new byte[100], [], new MemoryStream()));
        byte[] stub = File.ReadAllBytes(Stub);
        Assert.Throws<FailedException>(() => UnifiedKernelImage.Write(stub, [.. Enumerable.Range(0, 100).Select(_ => Section(".x", [1]))], new MemoryStream()));
    }

    private static UkiSection Section(string name, byte[] content) => new(name, () => new MemoryStream(content), content.Length);

    private static TemporaryDirectory MakeRamdisk()
    {
        var folder = new TemporaryDirectory();
        folder.Write(RamdiskImage.KernelName, "kernel");
        folder.Write(RamdiskImage.InitrdName, "initrd");
        folder.Write(RamdiskManifest.FileName, "{}");
        return folder;
    }

    private static async Task<string> TypeAsync(TemporaryDirectory folder, string file)
        => (await ExternalProgram.RunAsync("mtype", ["-i", folder["partition"], "::/" + file], token: Token)).Text;

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        using var error = new StringWriter();
        int code = await VerbRunner.RunAsync(new RootCommand("test") { SetupClientUsbdriveVerb.Build() }, ["setup-client-usbdrive", .. args], new StringWriter(), error);
        return (code, error.ToString());
    }
}
