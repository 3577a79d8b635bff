using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Files;

public sealed class ConfinedTreeTests : IDisposable
{
    private readonly TemporaryDirectory _outside = new();
    private readonly string _root;

    public ConfinedTreeTests()
    {
        _outside.Write("secret", "outside");
        _outside.Write("root/boot/vmlinuz-6.1", "kernel");
        _outside.Write("root/secret", "inside");
        _root = _outside.File("root");
    }

    public void Dispose() => _outside.Dispose();

    [Theory]
    [InlineData("boot/vmlinuz-6.1")]
    [InlineData("/boot/vmlinuz-6.1")]
    [InlineData("//boot/./vmlinuz-6.1")]
    [InlineData("/../../boot/vmlinuz-6.1")]
    [InlineData("absolute-link")]
    [InlineData("relative-link")]
    [InlineData("chain")]
    public void OpenFile_WaysToTheKernel_AllEndThere(string path)
    {
        Link("absolute-link", "/boot/vmlinuz-6.1");
        Link("relative-link", "../../../boot/vmlinuz-6.1");
        Link("chain", "absolute-link");
        using var tree = new ConfinedTree(_root);
        using var file = tree.OpenFile(path);
        Assert.Equal((Path.Combine(_root, "boot/vmlinuz-6.1"), 6), (file!.Path, file.Length));
        Assert.Equal("kernel"u8, file.ReadAll(100));
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("boot/../../secret")]
    [InlineData("up/secret")]
    [InlineData("out")]
    public void OpenFile_WaysOut_StayInside(string path)
    {
        Link("up", "..");
        Link("out", _outside.File("secret"));
        using var tree = new ConfinedTree(_root);
        using var file = tree.OpenFile(path);
        Assert.Equal(path == "out" ? null : Path.Combine(_root, "secret"), file?.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("boot")]
    [InlineData("absent")]
    [InlineData("secret/below-a-file")]
    [InlineData("loop")]
    [InlineData("fifo")]
    [InlineData("self/fd/0")]
    [InlineData("nul\0byte")]
    public void OpenFile_NoRegularFile_IsNull(string path)
    {
        Link("loop", "loop");
        Link("self", "/proc/self");
        ExternalProgram.Run("mkfifo", [Path.Combine(_root, "fifo")]);
        using var tree = new ConfinedTree(_root);
        Assert.Null(tree.OpenFile(path));
    }

    [Fact]
    public void OpenFile_EndlessPath_IsNull()
    {
        using var tree = new ConfinedTree(_root);
        Assert.Null(tree.OpenFile(new string('a', 1 << 20)));
        Assert.Null(tree.OpenFile(string.Concat(Enumerable.Repeat("a/", 1 << 16))));
    }

    [Fact]
    public void ReadAll_LongerThanAllowed_IsRefused()
    {
        using var tree = new ConfinedTree(_root);
        using var file = tree.OpenFile("secret")!;
        Assert.Throws<InvalidDataException>(() => file.ReadAll(5));
        Assert.Equal("side"u8, file.Read(2, new byte[10]));
        Assert.True(file.Read(100, new byte[10]).IsEmpty);
    }

    [Fact]
    public void List_Directory_IsSortedAndAbsentIsEmpty()
    {
        using var tree = new ConfinedTree(_root);
        Assert.Equal(["boot", "secret"], tree.List("/"));
        Assert.Empty(tree.List("absent"));
        Assert.Empty(tree.List("secret"));
        Assert.Equal(Path.Combine(_root, "boot"), tree.FindDirectory("../boot"));
    }

    [Fact]
    public void Constructor_NoDirectory_SaysWhichCallFailed()
    {
        var error = Assert.Throws<LinuxException>(() => new ConfinedTree(_outside.File("absent")));
        Assert.StartsWith("open(\"", error.Message, StringComparison.Ordinal);
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_root, name), target);
}
