using System.Security.Cryptography;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Keys;
using Stiefel.Keys;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>Who may call, while the folder of keys changes under the daemon.</summary>
public sealed class AcceptedKeysTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _said = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Current_FolderChanges_AreLookedUpAnewAndStayTheSameObjects()
    {
        var folder = new KeyDirectory(_directory["keys"]);
        folder.Create("one");
        var keys = new AcceptedKeys(folder.Path, _said.Add);
        SharedKey one = Assert.Single(keys.Current);

        folder.Create("two");
        Directory.SetLastWriteTimeUtc(folder.Path, DateTime.UtcNow.AddSeconds(5)); // two changes within one tick of the file system's clock
        Assert.Equal(2, keys.Current.Count);
        Assert.Contains(one, keys.Current);

        folder.Revoke("one");
        Directory.SetLastWriteTimeUtc(folder.Path, DateTime.UtcNow.AddSeconds(9));
        Assert.DoesNotContain(one, keys.Current);
    }

    [Fact]
    public void Current_OneIsUnusable_TheOthersCallAndItIsSaid()
    {
        var folder = new KeyDirectory(_directory["keys"]);
        folder.Create("good");
        string bad = folder.Create("bad");
        File.SetUnixFileMode(bad, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.WriteAllText(Path.Combine(folder.Path, "half-written.key"), "x");
        var keys = new AcceptedKeys(folder.Path, _said.Add);

        Assert.Equal("good", Assert.Single(keys.Current).Name);
        Assert.Contains(_said, line => line.Contains("bad.key", StringComparison.Ordinal) && line.Contains("chmod 600", StringComparison.Ordinal));
        Assert.Contains(_said, line => line.Contains("half-written.key", StringComparison.Ordinal));

        // Mended without a change of the folder.
        File.SetUnixFileMode(bad, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.True(SpinWait.SpinUntil(() => keys.Current.Count == 2, TimeLimit.Seconds(20)));
    }

    [Fact]
    public void Current_ReplacedInItsPlace_IsTheOtherKey()
    {
        using Watched watched = Watch();
        DateTime written = File.GetLastWriteTimeUtc(watched.File);

        // Into the next tick of the clock by which the file system keeps its times.
        Thread.Sleep(20);
        using (var file = File.OpenHandle(watched.File, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, RandomNumberGenerator.GetBytes(KeyDirectory.KeyLength), 0);
        }

        File.SetLastWriteTimeUtc(watched.File, written);

        Assert.NotSame(watched.Key, Assert.Single(watched.Keys.Current));
    }

    [Fact]
    public void Current_MadeReadableForOthers_MayNotCall()
    {
        using Watched watched = Watch();
        File.SetUnixFileMode(watched.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Empty(watched.Keys.Current);
        Assert.Contains("chmod 600", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_GivenToAnotherUser_MayNotCall()
    {
        using Watched watched = Watch();
        ExternalProgram.Run("chown", ["65534", watched.File]);
        Assert.Empty(watched.Keys.Current);
        Assert.Contains("another user", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_WhatALinkLeadsToIsRemoved_MayNotCall()
    {
        using Watched watched = Watch(linked: true);
        File.Delete(_directory["far"]);
        Assert.Empty(watched.Keys.Current);
    }

    [Fact]
    public void Current_FolderIsOpenedToOthers_NobodyMayCall()
    {
        using Watched watched = Watch();
        File.SetUnixFileMode(_directory["keys"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        Assert.Empty(watched.Keys.Current);
    }

    [Fact]
    public void Current_FileThatCannotBeLookedAt_TheOthersCallAndItIsSaidOnce()
    {
        using Watched watched = Watch();
        File.CreateSymbolicLink(KeyFolder.FileOf(_directory["keys"], "bad"), new string('x', 300));
        Assert.Same(watched.Key, Assert.Single(watched.Keys.Current));
        Thread.Sleep(TimeSpan.FromSeconds(1.2)); // it is looked at again
        Assert.Same(watched.Key, Assert.Single(watched.Keys.Current));
        Assert.Contains("bad.key", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_FolderIsMadeLater_ItsKeysMayCall()
    {
        var keys = new AcceptedKeys(_directory["keys"], _said.Add);
        Assert.Empty(keys.Current);
        new KeyDirectory(_directory["keys"]).Create("stick");
        Assert.Single(keys.Current);
        Assert.Empty(_said);
    }

    [Fact]
    public void Current_NothingChanges_ReadsNothing()
    {
        using Watched watched = Watch();
        IReadOnlyList<SharedKey> before = watched.Keys.Current;
        Assert.Same(before, watched.Keys.Current);
    }

    private Watched Watch(bool linked = false)
    {
        var folder = new KeyDirectory(_directory["keys"]);
        string file = folder.Create("stick");
        if (linked)
        {
            File.Move(file, _directory["far"]);
            File.CreateSymbolicLink(file, _directory["far"]);
        }

        var keys = new AcceptedKeys(folder.Path, _said.Add);
        return new Watched(file, keys, Assert.Single(keys.Current));
    }

    private sealed record Watched(string File, AcceptedKeys Keys, SharedKey Key) : IDisposable
    {
        public void Dispose() => Key.Dispose();
    }
}
