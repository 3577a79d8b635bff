using System.Security.Cryptography;
using Stiefel.Keys;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Configuration;
using Stiefel.Server.Keys;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Keys;

public sealed class KeyRingTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Load_SeveralKeys_HaveTheNamesOfTheirFiles()
    {
        _files.AddKey("a").Dispose();
        File.WriteAllText(Path.Combine(_files.Keys, "README"), "not a key");
        using var ring = KeyRing.Load(_files.Keys);
        Assert.Equal(["a", "stick"], ring.Keys.Select(k => k.Name));
    }

    [Fact]
    public void Load_KeyOfTheOldSystem_IsTaken()
    {
        Truncate(SharedKey.OldSize);
        using var ring = KeyRing.Load(_files.Keys);
        Assert.Single(ring.Keys);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(1_000_000)]
    public void Load_WrongLength_NamesTheFile(int length)
    {
        Truncate(length);
        Assert.Contains("stick.key", Assert.Throws<SettingsException>(() => KeyRing.Load(_files.Keys)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Load_OthersCanReachTheKey_IsRefused(UnixFileMode more)
    {
        File.SetUnixFileMode(Path.Combine(_files.Keys, "stick.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        Assert.Contains("chmod 600", Assert.Throws<UnsafeSettingsException>(() => KeyRing.Load(_files.Keys)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoKeysOrNoDirectory_SaysHowToMakeOne()
    {
        File.Delete(Path.Combine(_files.Keys, "stick.key"));
        Assert.Contains("stiefel key new", Assert.Throws<SettingsException>(() => KeyRing.Load(_files.Keys)).Message, StringComparison.Ordinal);
        Directory.Delete(_files.Keys);
        Assert.Contains($"there is no such directory that this server can see; make a key with: stiefel key new NAME --directory {_files.Keys}", Assert.Throws<SettingsException>(() => KeyRing.Load(_files.Keys)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BadFileBesideAGoodOne_TakesTheGoodOneAndSaysWhatIsWrong()
    {
        _files.AddKey("good").Dispose();
        Truncate(31);
        using var ring = KeyRing.Load(_files.Keys);
        Assert.Equal("good", Assert.Single(ring.Keys).Name);
        Assert.Contains("stick.key", Assert.Single(ring.Refresh().Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my stick")]
    [InlineData("st\u00efck")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123456")]
    public void Load_FileOfANameThatNoKeyCanHave_IsNotAcceptedAndSaysTheRule(string name)
    {
        File.Move(KeyFile("stick"), KeyFile(name));
        Assert.Contains(KeyFiles.NameRule, Assert.Throws<SettingsException>(() => KeyRing.Load(_files.Keys)).Message, StringComparison.Ordinal);
        _files.AddKey("good").Dispose();
        using var ring = KeyRing.Load(_files.Keys);
        Assert.Equal("good", Assert.Single(ring.Keys).Name);
        var problem = Assert.Single(ring.Refresh().Problems);
        Assert.Contains($"{name}.key", problem, StringComparison.Ordinal);
        Assert.Contains("rename the file", problem, StringComparison.Ordinal);

        File.Move(KeyFile(name), KeyFile("stick"));
        Assert.Equal("stick", Assert.Single(ring.Refresh().Accepted).Key.Name);
    }

    [Fact]
    public void Refresh_DirectoryThatOthersCanWrite_RevokesButAddsNothing()
    {
        _files.AddKey("stolen").Dispose();
        using var ring = KeyRing.Load(_files.Keys);
        File.SetUnixFileMode(_files.Keys, File.GetUnixFileMode(_files.Keys) | UnixFileMode.GroupWrite);
        _files.AddKey("planted").Dispose();
        File.Delete(Path.Combine(_files.Keys, "stolen.key"));

        var changes = ring.Refresh();

        Assert.Equal("stolen", Assert.Single(changes.Revoked).Key.Name);
        Assert.Empty(changes.Accepted);
        Assert.Contains("chmod 700", Assert.Single(changes.Problems), StringComparison.Ordinal);
        Assert.Equal("stick", Assert.Single(ring.Keys).Name);
    }

    [Fact]
    public void Load_MoreKeysThanAreTried_IsRefused()
    {
        for (var i = 0; i < SharedKey.MaxAccepted; i++)
        {
            _files.AddKey($"k{i}").Dispose();
        }

        Assert.Throws<SettingsException>(() => KeyRing.Load(_files.Keys));
    }

    /// <summary>`stiefel key rotate` between listing the directory and checking its files, and between checking and reading them.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refresh_KeyIsRenamedMeanwhile_IsNotRevoked(bool isSeenUnderTheOldName)
    {
        var renames = 0;
        IReadOnlyList<KeyFileStamp> Look(string directory)
        {
            var seen = KeyFileStamp.Of(directory);
            if (renames-- <= 0)
            {
                return seen;
            }

            File.Move(KeyFile("stick"), KeyFile("stick.old"));

            // The stamps differ because of a chmod just before.
            return isSeenUnderTheOldName ? [.. seen.Select(file => file with { File = file.File with { ChangedNanoseconds = 0 } })] : [];
        }

        using var ring = KeyRing.Load(_files.Keys, Look);
        renames = 1;

        var changes = ring.Refresh();

        Assert.Empty(changes.Revoked);
        Assert.Empty(changes.Problems);
        Assert.Equal("stick.old", Assert.Single(ring.Keys).Name);
        File.Delete(KeyFile("stick.old"));
        Assert.Equal("stick.old", Assert.Single(ring.Refresh().Revoked).Key.Name);
    }

    /// <summary>A read error of the medium does not mean that the key is gone.</summary>
    [Theory]
    [InlineData("/proc/self/mem")] // which cannot be read
    [InlineData(null)] // and a name whose file cannot be checked
    public void Refresh_FileThatTheMediumDoesNotGive_RevokesNothing(string? target)
    {
        _files.AddKey("gone").Dispose();
        using var ring = KeyRing.Load(_files.Keys);
        File.Delete(KeyFile("gone"));
        File.Move(KeyFile("stick"), _files.Path("saved"));
        File.CreateSymbolicLink(KeyFile("stick"), target ?? new string('x', 300));

        Assert.ThrowsAny<IOException>(ring.Refresh);
        Assert.Equal(["gone", "stick"], ring.Keys.Select(key => key.Name));

        File.Move(_files.Path("saved"), KeyFile("stick"), overwrite: true);
        Assert.Equal("gone", Assert.Single(ring.Refresh().Revoked).Key.Name);
        Assert.True(ring.Accepts(KeyRing.IdOf(_files.Key)));
    }

    [Fact]
    public void Refresh_ReplacedByAnotherOfTheSameSizeAndTime_IsRevoked()
    {
        using var ring = KeyRing.Load(_files.Keys);
        var written = File.GetLastWriteTimeUtc(KeyFile("stick"));

        // Wait for the next tick of the file system's clock.
        Thread.Sleep(20);
        using (var file = File.OpenHandle(KeyFile("stick"), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, RandomNumberGenerator.GetBytes(SharedKey.Size), 0);
        }

        File.SetLastWriteTimeUtc(KeyFile("stick"), written);

        Assert.Equal(KeyRing.IdOf(_files.Key), Assert.Single(ring.Refresh().Revoked).Id);
    }

    [Fact]
    public void Refresh_GivenToAnotherUser_IsRevoked()
    {
        using var ring = KeyRing.Load(_files.Keys);
        ExternalProgram.Run("chown", ["65534", KeyFile("stick")]);
        var changes = ring.Refresh();
        Assert.Single(changes.Revoked);
        Assert.Contains("another user", Assert.Single(changes.Problems), StringComparison.Ordinal);
    }

    /// <summary>For a link to a key elsewhere, the linked file counts.</summary>
    [Fact]
    public void Refresh_WhatALinkLeadsToChanges_IsRevoked()
    {
        File.Move(KeyFile("stick"), _files.Path("far"));
        File.CreateSymbolicLink(KeyFile("stick"), _files.Path("far"));
        using var ring = KeyRing.Load(_files.Keys);
        Assert.Single(ring.Keys);
        File.SetUnixFileMode(_files.Path("far"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Single(ring.Refresh().Revoked);

        File.SetUnixFileMode(_files.Path("far"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Single(ring.Refresh().Accepted);
        File.Delete(_files.Path("far"));
        var changes = ring.Refresh();
        Assert.Single(changes.Revoked);
        Assert.Contains("a link to one", Assert.Single(changes.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_DirectoryThatOthersCanWrite_KeepsAKeyWhoseRightsAreBeingMended()
    {
        using var ring = KeyRing.Load(_files.Keys);
        File.SetUnixFileMode(_files.Keys, File.GetUnixFileMode(_files.Keys) | UnixFileMode.GroupWrite);
        File.SetUnixFileMode(KeyFile("stick"), UnixFileMode.UserRead);
        File.Move(KeyFile("stick"), KeyFile("renamed"));
        Assert.Empty(ring.Refresh().Revoked);
        Assert.Equal("renamed", Assert.Single(ring.Keys).Name);
    }

    private string KeyFile(string name) => Path.Combine(_files.Keys, name + StoredKey.Extension);

    private void Truncate(int length)
    {
        using var file = File.OpenHandle(Path.Combine(_files.Keys, "stick.key"), FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, length);
    }
}
