using System.CommandLine;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Stick;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

public class StickImageTests
{
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
        var menu = await TypeAsync(directory, "SYSLINUX.CFG");
        var memory = await MemoryAsync(directory["stick.img"]);
        Assert.Contains($"INITRD /STIEFEL/INITRD.IMG,/STIEFEL/KEY.IMG\n  APPEND stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200 stiefel_stick={memory.Number} extra=1\n", menu, StringComparison.Ordinal);
        Assert.Contains("TIMEOUT 30\n", menu, StringComparison.Ordinal);
        Assert.Contains("LABEL guest\n", menu, StringComparison.Ordinal);
        Assert.Contains(" extra=1 stiefel_guest\n", menu, StringComparison.Ordinal);
        Assert.Contains("  INITRD /STIEFEL/INITRD.IMG\n", menu[menu.IndexOf("LABEL code\n", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Equal("initrd", (await TypeAsync(directory, "STIEFEL/INITRD.IMG")).TrimEnd());
        Assert.Contains("initrd /STIEFEL/INITRD.IMG /STIEFEL/KEY.IMG\n", await TypeAsync(directory, "EFI/BOOT/GRUB.CFG"), StringComparison.Ordinal);
        await ExternalProgram.RunAsync("mcopy", ["-i", $"{directory["partition"]}", "::/STIEFEL/KEY.IMG", directory["key"]], token: Token);
        var archive = await File.ReadAllBytesAsync(directory["key"], Token);
        Assert.True(archive.AsSpan().IndexOf("etc/stiefel/keys/test.key"u8) > 0);
        var secret = await File.ReadAllBytesAsync(key, Token);
        Assert.True(archive.AsSpan().IndexOf(secret) > 0);
    }

    [Fact]
    public async Task Verb_ForPrograms_TellsItsTargetInOneLine()
    {
        using var directory = MakeRamdisk();
        using var output = new StringWriter();
        var (code, progress) = await RunAsync(output, "--image", directory["stick.img"], "--ramdisk", directory.Path, "--json");
        Assert.Equal(0, code);
        Assert.Equal($$"""{"target":"{{directory["stick.img"]}}","isUndone":false}""" + "\n", output.ToString());
        Assert.Contains("done in ", progress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_Device_IsRefused()
    {
        using var directory = MakeRamdisk();
        var (code, error) = await RunAsync("--image", "/dev/null", "--ramdisk", directory.Path);
        Assert.Equal(3, code);
        Assert.Equal("stiefel: --image /dev/null: this is a device, but --image writes image files only; to erase the device and make it the stick, name it without --image\n", error);
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
    [InlineData("red.key", "--key red.key: no such file; give a key's file, for example KEYS/blue-stick.key, or the name of a key in KEYS")]
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

    /// <summary>No other file with the key is left behind, and a file that somebody prepared at the working path is not written to.</summary>
    [Fact]
    public async Task Write_StoppedOnTheWay_LeavesNoKeyAndFollowsNoLink()
    {
        using var directory = MakeRamdisk();
        using var target = new TemporaryDirectory();
        var key = new KeyDirectory(directory["keys"]).Create("test");
        var foreign = directory.Write("foreign", "somebody's");
        File.CreateSymbolicLink(target["x.img.new"], foreign);
        var before = Directory.GetDirectories(Path.GetTempPath(), "stiefel-stick-*").Length;

        var image = new StickImage(new StickContent(new RamdiskImage(directory.Path), key, null), StickLayout.Mbr, new StepLog(new StringWriter()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => image.WriteAsync(target["x.img"], new CancellationToken(canceled: true)));
        Assert.Equal([target["x.img.new"]], Directory.GetFileSystemEntries(target.Path));
        Assert.Equal(before, Directory.GetDirectories(Path.GetTempPath(), "stiefel-stick-*").Length);

        await image.WriteAsync(target["x.img"], Token);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(foreign, Token));
        Assert.Equal([target["x.img"], target["x.img.new"]], Directory.GetFileSystemEntries(target.Path).Order(StringComparer.Ordinal));
    }

    /// <summary>A stick that is written again keeps its key, unless the user says otherwise.</summary>
    [Fact]
    public async Task Verb_StickOfBefore_KeepsItsKey()
    {
        using var directory = MakeRamdisk();
        var secret = await File.ReadAllBytesAsync(new KeyDirectory(directory["keys"]).Create("blue"), Token);
        string[] options = ["--image", directory["stick.img"], "--ramdisk", directory.Path, "--directory", directory["keys"]];
        Assert.Equal((0, ""), await RunAsync([.. options, "--key", "blue"]));
        directory.Write(RamdiskImage.InitrdName, "newer");

        using var output = new StringWriter();
        Assert.Equal((0, ""), await RunAsync(output, options));
        Assert.Contains("the stick keeps the key that it carries", output.ToString(), StringComparison.Ordinal);
        var image = await File.ReadAllBytesAsync(directory["stick.img"], Token);
        Assert.True(image.AsSpan().IndexOf(secret) > 0);
        Assert.True(image.AsSpan().IndexOf("newer"u8) > 0);

        Assert.Equal((0, ""), await RunAsync([.. options, "--without-key"]));
        Assert.True((await File.ReadAllBytesAsync(directory["stick.img"], Token)).AsSpan().IndexOf(secret) < 0);
    }

    [Fact]
    public async Task Verb_LayoutGpt_HasOneSystemPartitionAndAnActiveProtectiveEntry()
    {
        using var directory = MakeRamdisk();
        Assert.Equal((0, ""), await RunAsync("--image", directory["stick.img"], "--ramdisk", directory.Path, "--layout", "gpt"));
        var table = await ExternalProgram.RunAsync("sfdisk", ["--dump", directory["stick.img"]], token: Token);
        Assert.Contains("label: gpt", table.Text, StringComparison.Ordinal);
        Assert.Matches("start= *2048, size= *[0-9]+, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=[-0-9A-F]+, name=\"STIEFEL\", attrs=\"LegacyBIOSBootable\"", table.Text);
        Assert.Equal(0, (await ExternalProgram.RunAsync("sgdisk", ["--verify", directory["stick.img"]], token: Token)).ExitCode);
        var sector = new byte[512];
        await using var disk = File.OpenRead(directory["stick.img"]);
        await disk.ReadExactlyAsync(sector, Token);
        Assert.Equal((0x80, 0xEE), (sector[446], sector[450]));
        Assert.True(sector.AsSpan(0, 440).IndexOfAnyExcept((byte)0) >= 0);
    }

    [Theory]
    [InlineData("name one target: a drive as /dev/sdb, --image FILE, or --into-esp DIR; see `stiefel setup-client-usbdrive --help`")]
    [InlineData("name one target: a drive as /dev/sdb, --image FILE, or --into-esp DIR; see `stiefel setup-client-usbdrive --help`", "/dev/sdx", "--image", "x")]
    [InlineData("--undo removes what --into-esp DIR wrote: name that directory", "--image", "x", "--undo")]
    [InlineData("--ventoy says what --into-esp DIR is: name the directory where the first partition of the Ventoy stick is mounted", "--image", "x", "--ventoy")]
    [InlineData("--erase is for a drive: name one, as /dev/sdb", "--image", "x", "--erase", "1")]
    [InlineData("--key and --without-key exclude each other: use one of them", "--image", "x", "--key", "1", "--without-key")]
    [InlineData("--layout iso: expected one of mbr, gpt; see `stiefel setup-client-usbdrive --help`", "--image", "x", "--layout", "iso")]
    public async Task Verb_OptionsThatDoNotGoTogether_SayWhatIsMeant(string message, params string[] options)
    {
        var (code, error) = await RunAsync(options);
        Assert.Equal((2, $"stiefel: {message}\n"), (code, error));
    }

    [Theory]
    [InlineData("a='b c'")]
    [InlineData("a=\"b\"")]
    [InlineData("a=$b")]
    [InlineData("a\\b")]
    [InlineData("a\nLABEL b")]
    [InlineData("ä")]
    public async Task Verb_ArgumentsThatALoaderWouldChange_AreRefused(string arguments)
    {
        using var directory = MakeRamdisk();
        var (code, error) = await RunAsync("--image", directory["x"], "--ramdisk", directory.Path, "--cmdline", arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("stiefel: --cmdline: expected one line of plain text", error, StringComparison.Ordinal);
        Assert.False(File.Exists(directory["x"]));
    }

    [Fact]
    public async Task Verb_NoRamdiskYet_SaysHowToMakeIt()
    {
        using var directory = new TemporaryDirectory();
        var (code, error) = await RunAsync("--image", directory["x"], "--ramdisk", directory.Path);
        Assert.Equal(2, code);
        Assert.Contains("stiefel create-initrd", error, StringComparison.Ordinal);
    }

    private static TemporaryDirectory MakeRamdisk()
    {
        var directory = new TemporaryDirectory();
        directory.Write(RamdiskImage.KernelName, "kernel");
        directory.Write(RamdiskImage.InitrdName, "initrd");
        directory.Write(RamdiskManifest.FileName, "{}");
        return directory;
    }

    /// <summary>Reads the sector before the partition.</summary>
    private static async Task<StickMemory> MemoryAsync(string image)
    {
        await using var disk = File.OpenRead(image);
        var sector = new byte[StickMemory.Size];
        disk.Position = StickMemory.Offset;
        await disk.ReadExactlyAsync(sector, Token);
        return StickMemory.Read(sector)!;
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
