using Stiefel.Cli.Keys;
using Stiefel.Cli.Verbs;
using Xunit;

namespace Stiefel.Cli.Tests.Keys;

public class KeyDirectoryTests
{
    [Fact]
    public void Create_FreshKey_Is32BytesForItsOwnerOnly()
    {
        using var folder = new TemporaryDirectory();
        var keys = new KeyDirectory(folder["keys"]);
        string first = keys.Create("blue");
        string second = keys.Create("red");
        Assert.Equal(32, new FileInfo(first).Length);
        Assert.NotEqual(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(first));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys.Path));
        Assert.Equal(["blue", "red"], keys.List());
        Assert.Equal(2, Directory.GetFileSystemEntries(keys.Path).Length);
    }

    [Fact]
    public void List_FileWithoutAName_IsNoKey()
    {
        using var folder = new TemporaryDirectory();
        var keys = new KeyDirectory(folder.Path);
        keys.Create("blue");
        File.WriteAllText(folder[".key"], "");
        Assert.Equal(["blue"], keys.List());
    }

    [Fact]
    public void Create_NameTaken_KeepsTheOldKey()
    {
        using var folder = new TemporaryDirectory();
        var keys = new KeyDirectory(folder.Path);
        byte[] before = File.ReadAllBytes(keys.Create("blue"));
        Assert.Throws<RefusedException>(() => keys.Create("blue"));
        Assert.Equal(before, File.ReadAllBytes(folder["blue.key"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("../up")]
    [InlineData("a b")]
    [InlineData("zu lang aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Create_BadName_IsWrongUsage(string name)
    {
        using var folder = new TemporaryDirectory();
        Assert.Throws<UsageException>(() => new KeyDirectory(folder.Path).Create(name));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
