using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;

namespace Stiefel.Keys.Tests;

public sealed class KeyFileStampTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_KeysOfAFolder_AreThoseThatListNames()
    {
        Write("b");
        Write("a.old");
        File.WriteAllText(Path.Combine(_folder, ".c.key"), "");
        File.WriteAllText(Path.Combine(_folder, "d.pub"), "");
        Directory.CreateDirectory(KeyFolder.FileOf(_folder, "e"));
        Assert.Equal(KeyFolder.List(_folder).Select(name => KeyFolder.FileOf(_folder, name)), KeyFileStamp.Of(_folder).Select(file => file.Path));
    }

    /// <summary>A server that starts just then would think the key revoked.</summary>
    [Fact]
    public void Of_FileIsRenamedMeanwhile_IsSeenUnderItsOtherName()
    {
        Write("blue");
        var seen = KeyFileStamp.Of(_folder, path =>
        {
            if (File.Exists(KeyFolder.FileOf(_folder, "blue")))
            {
                File.Move(KeyFolder.FileOf(_folder, "blue"), KeyFolder.FileOf(_folder, "blue.old"));
            }

            return FileStamp.Of(path);
        });
        Assert.Equal(KeyFolder.FileOf(_folder, "blue.old"), Assert.Single(seen).Path);
    }

    [Fact]
    public void Of_FileThatVanishesEachTime_IsLeftOut()
    {
        Write("blue");
        Assert.Empty(KeyFileStamp.Of(_folder, _ => null));
    }

    [Fact]
    public void Of_FileThatCannotBeLookedAt_IsAnError()
    {
        Write("good");
        File.CreateSymbolicLink(KeyFolder.FileOf(_folder, "bad"), new string('x', 300));
        Assert.Contains("bad.key", Assert.Throws<LinuxException>(() => KeyFileStamp.Of(_folder)).Message, StringComparison.Ordinal);
    }

    private void Write(string name) => File.WriteAllText(KeyFolder.FileOf(_folder, name), name);
}
