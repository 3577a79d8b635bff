using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Xunit;

namespace Stiefel.Linux.Tests.Files;

public sealed class ExclusiveRenameTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Take_FreeName_MovesTheFileThere(bool byLink)
    {
        File.WriteAllText(_directory.File("fresh"), "fresh");
        Assert.True(Take(byLink, "fresh", "name"));
        Assert.Equal("fresh", File.ReadAllText(_directory.File("name")));
        Assert.False(File.Exists(_directory.File("fresh")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Take_TakenName_ChangesNothing(bool byLink)
    {
        File.WriteAllText(_directory.File("fresh"), "fresh");
        File.WriteAllText(_directory.File("name"), "before");
        File.CreateSymbolicLink(_directory.File("link"), "nowhere");
        Assert.False(Take(byLink, "fresh", "name"));
        Assert.False(Take(byLink, "fresh", "link"));
        Assert.Equal(("fresh", "before"), (File.ReadAllText(_directory.File("fresh")), File.ReadAllText(_directory.File("name"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Take_NoSuchFile_SaysSo(bool byLink) =>
        Assert.Contains("absent", Assert.Throws<LinuxException>(() => Take(byLink, "absent", "name")).Message, StringComparison.Ordinal);

    private bool Take(bool byLink, string file, string name) =>
        byLink ? ExclusiveRename.TryLink(_directory.File(file), _directory.File(name)) : ExclusiveRename.TryRename(_directory.File(file), _directory.File(name));
}
