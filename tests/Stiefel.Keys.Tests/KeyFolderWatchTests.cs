using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys.Tests;

/// <summary>What a look at a folder of keys finds, whoever it is that looks.</summary>
public sealed class KeyFolderWatchTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Look_NothingChanged_GivesTheSameObjects()
    {
        Write("blue");
        Write("red");
        var watch = new KeyFolderWatch(_folder);
        var first = watch.Look([]);
        Assert.Equal(["blue", "red"], first.Keys.Select(key => key.Key.Name));
        Assert.Equal(first.Keys, watch.Look(first.Keys).Keys);
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void HasChanged_BeforeTheFirstLook_IsTrue() => Assert.True(new KeyFolderWatch(_folder).HasChanged());

    [Theory]
    [InlineData("come")]
    [InlineData("go")]
    [InlineData("rename")]
    [InlineData("rights")]
    [InlineData("content")]
    public void HasChanged_AnyChange_IsSeenAndIsNoneAfterTheNextLook(string change)
    {
        Write("blue");
        var watch = new KeyFolderWatch(_folder);
        var before = watch.Look([]);
        Assert.False(watch.HasChanged());

        // Into the next tick of the clock by which the file system keeps its times.
        Thread.Sleep(20);
        Change(change);

        Assert.True(watch.HasChanged());
        watch.Look(before.Keys);
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void HasChanged_FolderIsMadeLater_IsTrue()
    {
        var folder = Path.Combine(_folder, "later");
        var watch = new KeyFolderWatch(folder);
        Assert.Throws<DirectoryNotFoundException>(() => watch.Look([]));
        Assert.False(watch.HasChanged());
        Directory.CreateDirectory(folder);
        Assert.True(watch.HasChanged());
    }

    /// <summary>To open a pipe waits for who writes to it.</summary>
    [Fact]
    public void Look_PipeOfAKeysName_IsAProblemAndNotWaitedFor()
    {
        Write("blue");
        ExternalProgram.Run("mkfifo", ["-m", "600", KeyFolder.FileOf(_folder, "pipe")]);
        var look = new KeyFolderWatch(_folder).Look([]);
        Assert.Equal("blue", Assert.Single(look.Keys).Key.Name);
        Assert.Contains("regular file", Assert.Single(look.Problems), StringComparison.Ordinal);
        Assert.Null(look.Unread);
    }

    [Fact]
    public void Look_FileThatCannotBeLookedAt_IsUnreadAndTheOthersAreThere()
    {
        Write("blue");
        File.CreateSymbolicLink(KeyFolder.FileOf(_folder, "bad"), new string('x', 300));
        var look = new KeyFolderWatch(_folder).Look([]);
        Assert.Equal("blue", Assert.Single(look.Keys).Key.Name);
        Assert.Contains("bad.key", Assert.Single(look.Problems), StringComparison.Ordinal);
        Assert.NotNull(look.Unread);
    }

    [Fact]
    public void Look_FolderThatOthersCanWrite_KnowsOnlyThoseOfBefore()
    {
        Write("blue");
        var watch = new KeyFolderWatch(_folder);
        var before = watch.Look([]);
        Write("planted");
        File.SetUnixFileMode(_folder, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);

        var look = watch.Look(before.Keys);

        Assert.True(look.IsFolderUnsafe);
        Assert.Equal(before.Keys, look.Keys);
        Assert.Empty(watch.Look([]).Keys);
    }

    [Fact]
    public void Look_KeyIsRenamedMeanwhile_IsFoundByTheSecondLook()
    {
        Write("blue");
        var listed = 0;
        var watch = new KeyFolderWatch(_folder, folder => ++listed == 2 ? [] : KeyFileStamp.Of(folder));
        var before = watch.Look([]);
        Assert.Equal(before.Keys, watch.Look(before.Keys).Keys);
        Assert.Equal(3, listed);
    }

    private void Change(string change)
    {
        var file = KeyFolder.FileOf(_folder, "blue");
        switch (change)
        {
            case "come":
                Write("red");
                break;
            case "go":
                File.Delete(file);
                break;
            case "rename":
                File.Move(file, KeyFolder.FileOf(_folder, "blue.old"));
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
        File.WriteAllBytes(KeyFolder.FileOf(_folder, name), secret);
        File.SetUnixFileMode(KeyFolder.FileOf(_folder, name), OwnerOnly);
    }
}
