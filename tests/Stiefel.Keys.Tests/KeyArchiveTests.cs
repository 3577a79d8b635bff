using System.Security.Cryptography;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys.Tests;

public sealed class KeyArchiveTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Write_Key_LiesInTheKeyDirectoryForRootOnly()
    {
        using var archive = new MemoryStream();
        KeyArchive.Write(archive, MakeFile(SharedKey.Size));
        archive.Position = 0;
        var listing = await ExternalProgram.RunAsync("cpio", ["-t", "-v", "-n", "--quiet"], new ExternalProgramOptions { Input = archive }, TestContext.Current.CancellationToken);
        Assert.Contains(listing.Lines, line => line.StartsWith("-rw-------", StringComparison.Ordinal) && line.EndsWith("etc/stiefel/keys/blue.key", StringComparison.Ordinal));
        Assert.Contains(listing.Lines, line => line.StartsWith("drwx------", StringComparison.Ordinal) && line.EndsWith("etc/stiefel/keys", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(1000)]
    public void Write_FileThatIsNoKey_IsRefused(int length) => Assert.Equal(KeyFileProblem.NoKey, ProblemOf(MakeFile(length)));

    [Fact]
    public void Write_KeyThatOthersCanRead_IsRefused() => Assert.Equal(KeyFileProblem.Unsafe, ProblemOf(MakeFile(SharedKey.Size, OwnerOnly | UnixFileMode.OtherRead)));

    [Fact]
    public void Write_NoFile_SaysHowToMakeAKey()
    {
        var error = Assert.Throws<KeyFileException>(() => KeyArchive.Write(new MemoryStream(), KeyFiles.FileOf(_directory, "none")));
        Assert.Equal(KeyFileProblem.Unreadable, error.Problem);
        Assert.Contains("make a key with `stiefel key new`", error.Message, StringComparison.Ordinal);
    }

    private static KeyFileProblem ProblemOf(string file) => Assert.Throws<KeyFileException>(() => KeyArchive.Write(new MemoryStream(), file)).Problem;

    private string MakeFile(int length, UnixFileMode mode = OwnerOnly)
    {
        var file = KeyFiles.FileOf(_directory, "blue");
        File.WriteAllBytes(file, RandomNumberGenerator.GetBytes(length));
        File.SetUnixFileMode(file, mode);
        return file;
    }
}
