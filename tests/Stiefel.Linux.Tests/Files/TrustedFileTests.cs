using Stiefel.Linux.Files;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Files;

/// <summary>Files that root would trust although others could have written them. Needs root.</summary>
public sealed class TrustedFileTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly TemporaryDirectory _directory = new();

    public TrustedFileTests() => _directory.Write("a/b/settings", "text");

    public void Dispose() => _directory.Dispose();

    private string Settings => _directory.File("a/b/settings");

    [Fact]
    public void OpenRead_OwnFileInOwnDirectories_IsOpened()
    {
        using var file = TrustedFile.OpenRead(Settings);
        Assert.Equal("text", new StreamReader(file).ReadToEnd());
    }

    [Theory]
    [InlineData("a/b/settings")]
    [InlineData("a/b")]
    [InlineData("a")]
    public void OpenRead_AnythingOnTheWayIsAnothers_IsRefusedAndNamed(string path)
    {
        ExternalProgram.Run("chown", [Nobody, _directory.File(path)]);
        AssertRefused(Settings, $"{_directory.File(path)}: belongs to another user");
    }

    [Theory]
    [InlineData("a/b/settings", "g+w")]
    [InlineData("a/b/settings", "o+w")]
    [InlineData("a/b", "g+w")]
    [InlineData("a", "o+w")]
    public void OpenRead_OthersMayWriteAnythingOnTheWay_IsRefusedAndNamed(string path, string mode)
    {
        ExternalProgram.Run("chmod", [mode, _directory.File(path)]);
        AssertRefused(Settings, $"{_directory.File(path)}: others on this machine can change it");
    }

    [Fact]
    public void OpenRead_StickyDirectoryOfAll_IsNoReason()
    {
        ExternalProgram.Run("chmod", ["1777", _directory.File("a")]);
        TrustedFile.OpenRead(Settings).Dispose();
    }

    [Fact]
    public void OpenRead_LinkIntoAnothersDirectory_IsRefused()
    {
        _directory.Write("theirs/settings", "text");
        ExternalProgram.Run("chown", [Nobody, _directory.File("theirs")]);
        File.CreateSymbolicLink(_directory.File("a/link"), _directory.File("theirs/settings"));
        AssertRefused(_directory.File("a/link"), $"{_directory.File("theirs")}: belongs to another user");
    }

    [Fact]
    public void OpenRead_Pipe_IsNotWaitedFor()
    {
        ExternalProgram.Run("mkfifo", [_directory.File("pipe")]);
        Assert.Contains("not a regular file", Assert.Throws<IOException>(() => TrustedFile.OpenRead(_directory.File("pipe"))).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string path, string reason) =>
        Assert.StartsWith(reason, Assert.Throws<UntrustedFileException>(() => TrustedFile.OpenRead(path)).Message, StringComparison.Ordinal);
}
