using System.Security.Cryptography;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Keys;
using Stiefel.Keys;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>The keys that may call, while their directory changes under the daemon.</summary>
public sealed class AcceptedKeysTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _said = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Current_DirectoryChanges_AreLookedUpAnewAndStayTheSameObjects()
    {
        var directory = new KeyDirectory(_directory["keys"]);
        directory.Create("one");
        var keys = new AcceptedKeys(directory.Path, _said.Add);
        var one = Assert.Single(keys.Current);

        directory.Create("two");
        Directory.SetLastWriteTimeUtc(directory.Path, DateTime.UtcNow.AddSeconds(5)); // two changes within one tick of the file system's clock
        Assert.Equal(2, keys.Current.Count);
        Assert.Contains(one, keys.Current);

        directory.Revoke("one");
        Directory.SetLastWriteTimeUtc(directory.Path, DateTime.UtcNow.AddSeconds(9));
        Assert.DoesNotContain(one, keys.Current);
    }

    [Fact]
    public void Current_OneIsUnusable_TheOthersCallAndItIsSaid()
    {
        var directory = new KeyDirectory(_directory["keys"]);
        directory.Create("good");
        var bad = directory.Create("bad");
        File.SetUnixFileMode(bad, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.WriteAllText(Path.Combine(directory.Path, "half-written.key"), "x");
        var keys = new AcceptedKeys(directory.Path, _said.Add);

        Assert.Equal("good", Assert.Single(keys.Current).Name);
        Assert.Contains(_said, line => line.Contains("bad.key", StringComparison.Ordinal) && line.Contains("chmod 600", StringComparison.Ordinal));
        Assert.Contains(_said, line => line.Contains("half-written.key", StringComparison.Ordinal));

        // The key's file is repaired without a change of the directory.
        File.SetUnixFileMode(bad, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.True(SpinWait.SpinUntil(() => keys.Current.Count == 2, TimeLimit.Seconds(20)));
    }

    [Fact]
    public void Current_ReplacedInItsPlace_IsTheOtherKey()
    {
        using var watched = Watch();
        var written = File.GetLastWriteTimeUtc(watched.File);

        // Wait for the next tick of the file system's clock.
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
        using var watched = Watch();
        File.SetUnixFileMode(watched.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Empty(watched.Keys.Current);
        Assert.Contains("chmod 600", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_GivenToAnotherUser_MayNotCall()
    {
        using var watched = Watch();
        ExternalProgram.Run("chown", ["65534", watched.File]);
        Assert.Empty(watched.Keys.Current);
        Assert.Contains("another user", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_WhatALinkLeadsToIsRemoved_MayNotCall()
    {
        using var watched = Watch(linked: true);
        File.Delete(_directory["far"]);
        Assert.Empty(watched.Keys.Current);
    }

    [Fact]
    public void Current_DirectoryIsOpenedToOthers_NobodyMayCall()
    {
        using var watched = Watch();
        File.SetUnixFileMode(_directory["keys"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        Assert.Empty(watched.Keys.Current);
    }

    [Fact]
    public void Current_FileThatCannotBeLookedAt_TheOthersCallAndItIsSaidOnce()
    {
        using var watched = Watch();
        File.CreateSymbolicLink(KeyFiles.FileOf(_directory["keys"], "bad"), new string('x', 300));
        Assert.Same(watched.Key, Assert.Single(watched.Keys.Current));
        Thread.Sleep(TimeSpan.FromSeconds(1.2)); // longer than the pause before unusable files are read again
        Assert.Same(watched.Key, Assert.Single(watched.Keys.Current));
        Assert.Contains("bad.key", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Current_DirectoryIsMadeLater_ItsKeysMayCall()
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
        using var watched = Watch();
        var before = watched.Keys.Current;
        Assert.Same(before, watched.Keys.Current);
    }

    private Watched Watch(bool linked = false)
    {
        var directory = new KeyDirectory(_directory["keys"]);
        var file = directory.Create("stick");
        if (linked)
        {
            File.Move(file, _directory["far"]);
            File.CreateSymbolicLink(file, _directory["far"]);
        }

        var keys = new AcceptedKeys(directory.Path, _said.Add);
        return new Watched(file, keys, Assert.Single(keys.Current));
    }

    private sealed record Watched(string File, AcceptedKeys Keys, SharedKey Key) : IDisposable
    {
        public void Dispose() => Key.Dispose();
    }
}
