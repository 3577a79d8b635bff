using Stiefel.Cli.Keys;
using Stiefel.Keys;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Keys;

public class KeyArchiveTests
{
    [Fact]
    public async Task Write_Key_LiesInTheKeyFolderForRootOnly()
    {
        using var folder = new TemporaryDirectory();
        string key = new KeyDirectory(folder.Path).Create("blue");
        using var archive = new MemoryStream();
        KeyArchive.Write(archive, key);
        archive.Position = 0;
        var listing = await ExternalProgram.RunAsync("cpio", ["-t", "-v", "-n", "--quiet"], new ExternalProgramOptions { Input = archive }, TestContext.Current.CancellationToken);
        Assert.Contains(listing.Lines, line => line.StartsWith("-rw-------", StringComparison.Ordinal) && line.EndsWith("etc/stiefel/keys/blue.key", StringComparison.Ordinal));
        Assert.Contains(listing.Lines, line => line.StartsWith("drwx------", StringComparison.Ordinal) && line.EndsWith("etc/stiefel/keys", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(1000)]
    public void Write_FileThatIsNoKey_IsRefused(int length)
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(folder["a.key"], new byte[length]);
        File.SetUnixFileMode(folder["a.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(KeyFileProblem.NoKey, Assert.Throws<KeyFileException>(() => KeyArchive.Write(new MemoryStream(), folder["a.key"])).Problem);
    }

    [Fact]
    public void Write_KeyThatOthersCanRead_IsRefused()
    {
        using var folder = new TemporaryDirectory();
        string key = new KeyDirectory(folder.Path).Create("blue");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Equal(KeyFileProblem.Unsafe, Assert.Throws<KeyFileException>(() => KeyArchive.Write(new MemoryStream(), key)).Problem);
    }
}
