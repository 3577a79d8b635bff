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
        using var directory = MakeRamdisk();
        var key = new KeyDirectory(directory["keys"]).Create("test");
        Assert.Equal(0, (await RunAsync("--image", directory["stick.img"], "--key", key, "--ramdisk", directory.Path, "--cmdline", "extra=1")).Code);

        var table = await ExternalProgram.RunAsync("sfdisk", ["--dump", directory["stick.img"]], token: Token);
        Assert.Matches(@"start=\s*2048, size=\s*\d+, type=c, bootable", table.Text);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["stick.img"]));

        await using (var disk = File.OpenRead(directory["stick.img"]))
        await using (var partition = File.Create(directory["partition"]))
        {
            disk.Position = 1024 * 1024;
            await disk.CopyToAsync(partition, Token);
        }

        await ExternalProgram.RunAsync("fsck.fat", ["-n", directory["partition"]], token: Token);
        var menu = await TypeAsync(directory, "syslinux.cfg");
        Assert.Contains("APPEND stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200 extra=1\n", menu, StringComparison.Ordinal);
        await ExternalProgram.RunAsync("mcopy", ["-i", $"{directory["partition"]}", "::/stiefel/initrd.img", directory["initrd"]], token: Token);
        var initrd = await File.ReadAllBytesAsync(directory["initrd"], Token);
        Assert.True(initrd.AsSpan().IndexOf("etc/stiefel/keys/test.key"u8) > 0);
        var secret = await File.ReadAllBytesAsync(key, Token);
        Assert.True(initrd.AsSpan().IndexOf(secret) > 0);
    }

    [Fact]
    public async Task Verb_Device_IsRefused()
    {
        using var directory = MakeRamdisk();
        var (code, error) = await RunAsync("--image", "/dev/null", "--ramdisk", directory.Path);
        Assert.Equal(3, code);
        Assert.Equal("stiefel: --image /dev/null: this is a device, and only image files are written\n", error);
    }

    [Fact]
    public async Task Verb_KeyByItsName_IsTheOneOfTheDirectory()
    {
        using var directory = MakeRamdisk();
        new KeyDirectory(directory["keys"]).Create("blue");
        Assert.Equal((0, ""), await RunAsync("--image", directory["stick.img"], "--key", "blue", "--directory", directory["keys"], "--ramdisk", directory.Path));
        var secret = await File.ReadAllBytesAsync(directory["keys/blue.key"], Token);
        Assert.True((await File.ReadAllBytesAsync(directory["stick.img"], Token)).AsSpan().IndexOf(secret) > 0);
    }

    [Theory]
    [InlineData("red", "there is no key 'red' in KEYS: blue")]
    [InlineData("red.key", "--key red.key: no such file; name a key's file, as KEYS/blue-stick.key, or a key of KEYS by its name")]
    public async Task Verb_KeyThatIsNotThere_SaysWhatIsExpectedBeforeAnythingStarts(string key, string message)
    {
        using var directory = MakeRamdisk();
        new KeyDirectory(directory["keys"]).Create("blue");
        var (code, error) = await RunAsync("--image", directory["stick.img"], "--key", key, "--directory", directory["keys"], "--ramdisk", directory.Path);
        Assert.Equal((2, $"stiefel: {message.Replace("KEYS", directory["keys"], StringComparison.Ordinal)}\n"), (code, error));
    }

    [Fact]
    public async Task Verb_WithoutAKey_SaysThatTheDesktopAsksForACode()
    {
        using var directory = MakeRamdisk();
        using var output = new StringWriter();
        Assert.Equal((0, ""), await RunAsync(output, "--image", directory["stick.img"], "--ramdisk", directory.Path));
        Assert.Contains("no --key: the desktop will ask for a pairing code (`stiefel key new NAME --pairing`)", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_ImageInNoDirectory_NamesTheOption()
    {
        using var directory = MakeRamdisk();
        var (code, error) = await RunAsync("--image", directory["nodir/x.img"], "--ramdisk", directory.Path);
        Assert.Equal((2, $"stiefel: --image {directory["nodir/x.img"]}: there is no directory {directory["nodir"]}; make it first\n"), (code, error));
    }

    /// <summary>Nothing with the key in it stays, and what somebody else put where the image is made beforehand is not written to.</summary>
    [Fact]
    public async Task Write_StoppedOnTheWay_LeavesNoKeyAndFollowsNoLink()
    {
        using var directory = MakeRamdisk();
        using var target = new TemporaryDirectory();
        var key = new KeyDirectory(directory["keys"]).Create("test");
        var foreign = directory.Write("foreign", "somebody's");
        File.CreateSymbolicLink(target["x.img.new"], foreign);
        var before = Directory.GetDirectories(Path.GetTempPath(), "stiefel-stick-*").Length;

        var image = new StickImage(new StickContent(new RamdiskImage(directory.Path), key, null), new StepLog(new StringWriter()));
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
        using var directory = new TemporaryDirectory();
        var (code, error) = await RunAsync("--image", directory["x"], "--ramdisk", directory.Path);
        Assert.Equal(2, code);
        Assert.Contains("stiefel create-initrd", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteUki_Sections_AreReadByObjdumpAndDoNotOverlap()
    {
        using var directory = new TemporaryDirectory();
        var kernel = new byte[1_234_567];
        Random.Shared.NextBytes(kernel);
        await using (var output = File.Create(directory["uki.efi"]))
        {
            UnifiedImageWriter.Write(
                await File.ReadAllBytesAsync(Stub, Token),
                [Section(".cmdline", Encoding.ASCII.GetBytes("a=b")), Section(".linux", kernel), Section(".initrd", new byte[9999])],
                output);
        }

        await ExternalProgram.RunAsync("objcopy", ["-O", "binary", "--only-section=.linux", directory["uki.efi"], directory["linux"]], token: Token);
        Assert.Equal(kernel, await File.ReadAllBytesAsync(directory["linux"], Token));
        var headers = await ExternalProgram.RunAsync("objdump", ["-h", "-w", directory["uki.efi"]], token: Token);
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
        var stub = File.ReadAllBytes(Stub);
        Assert.Throws<UnifiedImageException>(() => UnifiedImageWriter.Write(stub, [.. Enumerable.Range(0, 100).Select(_ => Section(".x", [1]))], new MemoryStream()));
    }

    private static UnifiedImageSection Section(string name, byte[] content) => new(name, () => new MemoryStream(content), content.Length);

    private static TemporaryDirectory MakeRamdisk()
    {
        var directory = new TemporaryDirectory();
        directory.Write(RamdiskImage.KernelName, "kernel");
        directory.Write(RamdiskImage.InitrdName, "initrd");
        directory.Write(RamdiskManifest.FileName, "{}");
        return directory;
    }

    private static async Task<string> TypeAsync(TemporaryDirectory directory, string file)
        => (await ExternalProgram.RunAsync("mtype", ["-i", directory["partition"], "::/" + file], token: Token)).Text;

    private static Task<(int Code, string Error)> RunAsync(params string[] args) => RunAsync(TextWriter.Null, args);

    private static async Task<(int Code, string Error)> RunAsync(TextWriter output, params string[] args)
    {
        using var error = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { SetupClientUsbdriveVerb.Build() }, ["setup-client-usbdrive", .. args], output, error);
        return (code, error.ToString());
    }
}
