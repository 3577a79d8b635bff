using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;

namespace Stiefel.Keys.Tests;

public sealed class KeyFileStampTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Of_KeysOfADirectory_AreThoseThatListNames()
    {
        Write("b");
        Write("a.old");
        File.WriteAllText(Path.Combine(_directory, ".c.key"), "");
        File.WriteAllText(Path.Combine(_directory, "d.pub"), "");
        Directory.CreateDirectory(KeyFiles.FileOf(_directory, "e"));
        Assert.Equal(KeyFiles.List(_directory).Select(name => KeyFiles.FileOf(_directory, name)), KeyFileStamp.Of(_directory).Select(file => file.Path));
    }

    /// <summary>A server that starts during the renaming would otherwise believe that the key is revoked.</summary>
    [Fact]
    public void Of_FileIsRenamedMeanwhile_IsSeenUnderItsOtherName()
    {
        Write("blue");
        var seen = KeyFileStamp.Of(_directory, path =>
        {
            if (File.Exists(KeyFiles.FileOf(_directory, "blue")))
            {
                File.Move(KeyFiles.FileOf(_directory, "blue"), KeyFiles.FileOf(_directory, "blue.old"));
            }

            return FileStamp.Of(path);
        });
        Assert.Equal(KeyFiles.FileOf(_directory, "blue.old"), Assert.Single(seen).Path);
    }

    [Fact]
    public void Of_FileThatVanishesEachTime_IsLeftOut()
    {
        Write("blue");
        Assert.Empty(KeyFileStamp.Of(_directory, _ => null));
    }

    [Fact]
    public void Of_FileThatCannotBeLookedAt_IsAnError()
    {
        Write("good");
        File.CreateSymbolicLink(KeyFiles.FileOf(_directory, "bad"), new string('x', 300));
        Assert.Contains("bad.key", Assert.Throws<LinuxException>(() => KeyFileStamp.Of(_directory)).Message, StringComparison.Ordinal);
    }

    private void Write(string name) => File.WriteAllText(KeyFiles.FileOf(_directory, name), name);
}
