using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Xunit;

namespace Stiefel.Linux.Tests.Files;

public sealed class AtomicLinkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Switch_ToAnotherDirectory_LeadsThere()
    {
        _directory.Write("one/file", "1");
        _directory.Write("two/file", "2");
        AtomicLink.Switch(_directory.File("current"), "one");
        AtomicLink.Switch(_directory.File("current"), "two");
        AtomicLink.Switch(_directory.File("current"), "two");
        Assert.Equal("2", File.ReadAllText(_directory.File("current/file")));
        Assert.Equal(3, Directory.GetFileSystemEntries(Path.GetDirectoryName(_directory.File("current"))!).Length);
    }

    [Fact]
    public void Switch_InPlaceOfAFile_TakesItsPlace()
    {
        _directory.Write("file", "old");
        _directory.Write("new", "new");
        AtomicLink.Switch(_directory.File("file"), "new");
        Assert.Equal("new", File.ReadAllText(_directory.File("file")));
    }

    [Fact]
    public void Switch_InPlaceOfADirectory_IsRefusedAndLeavesNothing()
    {
        _directory.Write("place/file", "1");
        Assert.Throws<LinuxException>(() => AtomicLink.Switch(_directory.File("place"), "elsewhere"));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(_directory.File("place"))!));
    }
}
