using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys.Tests;

/// <summary>What a look at a directory of keys finds, for the server and for autokexec.</summary>
public sealed class KeyDirectoryWatchTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Look_NothingChanged_GivesTheSameObjects()
    {
        Write("blue");
        Write("red");
        var watch = new KeyDirectoryWatch(_directory);
        var first = watch.Look([]);
        Assert.Equal(["blue", "red"], first.Keys.Select(key => key.Key.Name));
        Assert.Equal(first.Keys, watch.Look(first.Keys).Keys);
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void HasChanged_BeforeTheFirstLook_IsTrue() => Assert.True(new KeyDirectoryWatch(_directory).HasChanged());

    [Theory]
    [InlineData("come")]
    [InlineData("go")]
    [InlineData("rename")]
    [InlineData("rights")]
    [InlineData("content")]
    public void HasChanged_AnyChange_IsSeenAndIsNoneAfterTheNextLook(string change)
    {
        Write("blue");
        var watch = new KeyDirectoryWatch(_directory);
        var before = watch.Look([]);
        Assert.False(watch.HasChanged());

        // Wait for the next tick of the clock that the file system uses for its time stamps.
        Thread.Sleep(20);
        Change(change);

        Assert.True(watch.HasChanged());
        watch.Look(before.Keys);
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void HasChanged_DirectoryIsMadeLater_IsTrue()
    {
        var directory = Path.Combine(_directory, "later");
        var watch = new KeyDirectoryWatch(directory);
        Assert.Throws<DirectoryNotFoundException>(() => watch.Look([]));
        Assert.False(watch.HasChanged());
        Directory.CreateDirectory(directory);
        Assert.True(watch.HasChanged());
    }

    /// <summary>Opening a pipe would wait for a writer.</summary>
    [Fact]
    public void Look_PipeOfAKeysName_IsAProblemAndNotWaitedFor()
    {
        Write("blue");
        ExternalProgram.Run("mkfifo", ["-m", "600", KeyFiles.FileOf(_directory, "pipe")]);
        var look = new KeyDirectoryWatch(_directory).Look([]);
        Assert.Equal("blue", Assert.Single(look.Keys).Key.Name);
        Assert.Contains("regular file", Assert.Single(look.Problems), StringComparison.Ordinal);
        Assert.Null(look.Unread);
    }

    [Fact]
    public void Look_FileThatCannotBeLookedAt_IsUnreadAndTheOthersAreThere()
    {
        Write("blue");
        File.CreateSymbolicLink(KeyFiles.FileOf(_directory, "bad"), new string('x', 300));
        var look = new KeyDirectoryWatch(_directory).Look([]);
        Assert.Equal("blue", Assert.Single(look.Keys).Key.Name);
        Assert.Contains("bad.key", Assert.Single(look.Problems), StringComparison.Ordinal);
        Assert.NotNull(look.Unread);
    }

    [Fact]
    public void Look_DirectoryThatOthersCanWrite_KnowsOnlyThoseOfBefore()
    {
        Write("blue");
        var watch = new KeyDirectoryWatch(_directory);
        var before = watch.Look([]);
        Write("planted");
        File.SetUnixFileMode(_directory, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);

        var look = watch.Look(before.Keys);

        Assert.True(look.IsDirectoryUnsafe);
        Assert.Equal(before.Keys, look.Keys);
        Assert.Empty(watch.Look([]).Keys);
    }

    [Fact]
    public void Look_KeyIsRenamedMeanwhile_IsFoundByTheSecondLook()
    {
        Write("blue");
        var listed = 0;
        var watch = new KeyDirectoryWatch(_directory, directory => ++listed == 2 ? [] : KeyFileStamp.Of(directory));
        var before = watch.Look([]);
        Assert.Equal(before.Keys, watch.Look(before.Keys).Keys);
        Assert.Equal(3, listed);
    }

    private void Change(string change)
    {
        var file = KeyFiles.FileOf(_directory, "blue");
        switch (change)
        {
            case "come":
                Write("red");
                break;
            case "go":
                File.Delete(file);
                break;
            case "rename":
                File.Move(file, KeyFiles.FileOf(_directory, "blue.old"));
                break;
            case "rights":
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
                break;
            default:
                Write("blue");
                break;
        }
    }

    private void Write(string name)
    {
        var secret = new byte[SharedKey.Size];
        Random.Shared.NextBytes(secret);
        File.WriteAllBytes(KeyFiles.FileOf(_directory, name), secret);
        File.SetUnixFileMode(KeyFiles.FileOf(_directory, name), OwnerOnly);
    }
}
