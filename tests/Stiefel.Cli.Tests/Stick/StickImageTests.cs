using System.CommandLine;
using System.Text;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

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
    public async Task Verb_KeyByItsName_IsTheOneOfTheFolder()
    {
        using var folder = MakeRamdisk();
        new KeyDirectory(folder["keys"]).Create("blue");
        Assert.Equal((0, ""), await RunAsync("--image", folder["stick.img"], "--key", "blue", "--directory", folder["keys"], "--ramdisk", folder.Path));
        byte[] secret = await File.ReadAllBytesAsync(folder["keys/blue.key"], Token);
        Assert.True((await File.ReadAllBytesAsync(folder["stick.img"], Token)).AsSpan().IndexOf(secret) > 0);
    }

    [Theory]
    [InlineData("red", "there is no key 'red' in KEYS: blue")]
    [InlineData("red.key", "--key red.key: no such file; name a key's file, as KEYS/blue-stick.key, or a key of KEYS by its name")]
    public async Task Verb_KeyThatIsNotThere_SaysWhatIsExpectedBeforeAnythingStarts(string key, string message)
    {
        using var folder = MakeRamdisk();
        new KeyDirectory(folder["keys"]).Create("blue");
        var (code, error) = await RunAsync("--image", folder["stick.img"], "--key", key, "--directory", folder["keys"], "--ramdisk", folder.Path);
        Assert.Equal((2, $"stiefel: {message.Replace("KEYS", folder["keys"], StringComparison.Ordinal)}\n"), (code, error));
    }

    [Fact]
    public async Task Verb_WithoutAKey_SaysThatTheDesktopAsksForACode()
    {
        using var folder = MakeRamdisk();
        using var output = new StringWriter();
        Assert.Equal((0, ""), await RunAsync(output, "--image", folder["stick.img"], "--ramdisk", folder.Path));
        Assert.Contains("no --key: the desktop will ask for a pairing code (`stiefel key new NAME --pairing`)", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_ImageInNoFolder_NamesTheOption()
    {
        using var folder = MakeRamdisk();
        var (code, error) = await RunAsync("--image", folder["nodir/x.img"], "--ramdisk", folder.Path);
        Assert.Equal((2, $"stiefel: --image {folder["nodir/x.img"]}: there is no folder {folder["nodir"]}; make it first\n"), (code, error));
    }

    /// <summary>Nothing with the key in it stays, and what somebody else put where the image is made beforehand is not written to.</summary>
    [Fact]
    public async Task Write_StoppedOnTheWay_LeavesNoKeyAndFollowsNoLink()
    {
        using var folder = MakeRamdisk();
        using var target = new TemporaryDirectory();
        string key = new KeyDirectory(folder["keys"]).Create("test");
        string foreign = folder.Write("foreign", "somebody's");
        File.CreateSymbolicLink(target["x.img.new"], foreign);
        int before = Directory.GetDirectories(Path.GetTempPath(), "stiefel-stick-*").Length;

        var image = new StickImage(new StickContent(new RamdiskImage(folder.Path), key, null), new StepLog(new StringWriter()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => image.WriteAsync(target["x.img"], new CancellationToken(canceled: true)));
        Assert.Equal([target["x.img.new"]], Directory.GetFileSystemEntries(target.Path));
        Assert.Equal(before, Directory.GetDirectories(Path.GetTempPath(), "stiefel-stick-*").Length);

        await image.WriteAsync(target["x.img"], Token);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(foreign, Token));
        Assert.Equal([target["x.img"], target["x.img.new"]], Directory.GetFileSystemEntries(target.Path).Order(StringComparer.Ordinal));
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
            UnifiedImageWriter.Write(
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
        Assert.Throws<UnifiedImageException>(() => UnifiedImageWriter.Write(new byte[100], [], new MemoryStream()));
        byte[] stub = File.ReadAllBytes(Stub);
        Assert.Throws<UnifiedImageException>(() => UnifiedImageWriter.Write(stub, [.. Enumerable.Range(0, 100).Select(_ => Section(".x", [1]))], new MemoryStream()));
    }

    private static UnifiedImageSection Section(string name, byte[] content) => new(name, () => new MemoryStream(content), content.Length);

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

    private static Task<(int Code, string Error)> RunAsync(params string[] args) => RunAsync(TextWriter.Null, args);

    private static async Task<(int Code, string Error)> RunAsync(TextWriter output, params string[] args)
    {
        using var error = new StringWriter();
        int code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { SetupClientUsbdriveVerb.Build() }, ["setup-client-usbdrive", .. args], output, error);
        return (code, error.ToString());
    }
}
