using Stiefel.Cli.Keys;
using Stiefel.Cli.Verbs;
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
        Assert.Throws<UsageException>(() => KeyArchive.Write(new MemoryStream(), folder["a.key"]));
    }
}
