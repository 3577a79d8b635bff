using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public class PackingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Write_SameTreeUnderOtherTimesAndMasks_GivesTheSameBytes()
    {
        using var one = MakeTree();
        using var two = MakeTree();
        File.SetLastWriteTimeUtc(two["usr/bin/tool"], DateTime.UnixEpoch.AddYears(3));
        File.SetUnixFileMode(two["etc/conf"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        Assert.Equal(Archive(one), Archive(two));
        File.AppendAllText(two["etc/conf"], "x");
        Assert.NotEqual(Archive(one), Archive(two));
    }

    [Fact]
    public async Task Write_Tree_IsReadByCpioWithOwnersAndModes()
    {
        using var tree = MakeTree();
        var listing = await ExternalProgram.RunAsync("cpio", ["-t", "-v", "-n", "--quiet"], new ExternalProgramOptions { Input = new MemoryStream(Archive(tree)) }, Token);
        Assert.Contains(listing.Lines, line => line.StartsWith("-rwxr-xr-x", StringComparison.Ordinal) && line.EndsWith("usr/bin/tool", StringComparison.Ordinal));
        Assert.Contains(listing.Lines, line => line.StartsWith("-rw-r--r--", StringComparison.Ordinal) && line.EndsWith("etc/conf", StringComparison.Ordinal));
        Assert.Contains(listing.Lines, line => line.StartsWith("drwx------", StringComparison.Ordinal) && line.EndsWith("etc/stiefel/keys", StringComparison.Ordinal));
        Assert.Contains(listing.Lines, line => line.EndsWith("bin -> usr/bin", StringComparison.Ordinal));
        Assert.All(listing.Lines, line => Assert.Matches(@"^\S+ +\d+ +0 +0 ", line));
        Assert.DoesNotContain(listing.Lines, line => line.Contains("host-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("zstd:3", "zstd")]
    [InlineData("xz:1", "xz")]
    [InlineData("gzip:6", "gzip")]
    public async Task Run_EachFormat_IsUnpackedByItsProgramAndRepeatable(string text, string program)
    {
        Assert.True(Compression.TryParse(text, out var compression));
        using var directory = new TemporaryDirectory();
        var bare = directory.Write("bare", string.Join('\n', Enumerable.Range(0, 200_000)));
        await Compressor.RunAsync(compression, bare, directory["one"], Token);
        await Compressor.RunAsync(compression, bare, directory["two"], Token);
        Assert.Equal(await File.ReadAllBytesAsync(directory["one"], Token), await File.ReadAllBytesAsync(directory["two"], Token));
        using var unpacked = new MemoryStream();
        await ExternalProgram.RunAsync(program, ["-d", "-c"], new ExternalProgramOptions { Input = File.OpenRead(directory["one"]), OutputDestination = unpacked }, Token);
        Assert.Equal(await File.ReadAllBytesAsync(bare, Token), unpacked.ToArray());
    }

    [Fact]
    public async Task WriteSquash_SameTreeUnderOtherTimesAndMasks_GivesTheSameBytes()
    {
        using var one = MakeTree();
        using var two = MakeTree();
        using var target = new TemporaryDirectory();
        File.SetLastWriteTimeUtc(two["usr/bin/tool"], DateTime.UnixEpoch.AddYears(3));
        File.SetUnixFileMode(two["etc/conf"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var compression = new Compression(CompressionFormat.Zstd, 3);
        await SquashFileSystem.WriteAsync(one.Path, target["one"], SquashFileSystem.ForModules, compression, Token);
        await SquashFileSystem.WriteAsync(two.Path, target["two"], SquashFileSystem.ForModules, compression, Token);
        Assert.Equal(await File.ReadAllBytesAsync(target["one"], Token), await File.ReadAllBytesAsync(target["two"], Token));
        var listing = await ExternalProgram.RunAsync("unsquashfs", ["-lln", target["one"]], token: Token);
        Assert.Contains(listing.Lines, line => line.StartsWith("-rwxr-xr-x 0/0", StringComparison.Ordinal) && line.EndsWith("usr/bin/tool", StringComparison.Ordinal));
    }

    [Fact]
    public void CopyEntry_SymlinkToAnotherFileSystem_StaysASymlink()
    {
        using var tree = new TemporaryDirectory();
        var inMemory = Path.Combine("/dev/shm", Path.GetFileName(tree.Path));
        Directory.CreateDirectory(inMemory);
        try
        {
            File.CreateSymbolicLink(Path.Combine(inMemory, "link"), "/etc/passwd");
            RamdiskTree.CopyEntry(Path.Combine(inMemory, "link"), tree["link"]);
            Assert.Equal("/etc/passwd", new FileInfo(tree["link"]).LinkTarget);
        }
        finally
        {
            Directory.Delete(inMemory, recursive: true);
        }
    }

    [Fact]
    public void Overlay_Scripts_AreThereAndHaveNoCarriageReturns()
    {
        var files = Overlay.Files(Overlay.Always).ToDictionary(file => file.Path, file => file.Content);
        Assert.Contains("init", files.Keys);
        Assert.Contains("usr/lib/stiefel/run-role", files.Keys);
        Assert.All(files.Values, content => Assert.DoesNotContain((byte)'\r', content));
        Assert.DoesNotContain("debug-shell", string.Join(' ', files.Keys), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Overlay.Always)]
    [InlineData(Overlay.Debug)]
    public async Task Overlay_Scripts_AreValidForBusybox(string overlay)
    {
        using var directory = new TemporaryDirectory();
        foreach ((var path, var content) in Overlay.Files(overlay).Where(file => file.Content.AsSpan().StartsWith("#!"u8)))
        {
            var script = directory.Write("script", System.Text.Encoding.UTF8.GetString(content));
            await ExternalProgram.RunAsync("busybox", ["sh", "-n", script], token: Token);
            Assert.NotEmpty(path);
        }
    }

    private static byte[] Archive(TemporaryDirectory tree)
    {
        using var archive = new MemoryStream();
        InitramfsArchive.Write(tree.Path, _ => true, archive);
        return archive.ToArray();
    }

    // A tree with a symlink that would lead to a directory of this machine if it were followed.
    private static TemporaryDirectory MakeTree()
    {
        var tree = new TemporaryDirectory();
        tree.Write("usr/bin/tool", "#!/bin/sh\n");
        RamdiskTree.MakeExecutable(tree["usr/bin/tool"]);
        tree.Write("etc/conf", "a\n");
        Directory.CreateDirectory(tree["etc/stiefel/keys"]);
        File.CreateSymbolicLink(tree["bin"], "usr/bin");
        File.CreateSymbolicLink(tree["outside"], "/usr/lib");
        return tree;
    }
}
