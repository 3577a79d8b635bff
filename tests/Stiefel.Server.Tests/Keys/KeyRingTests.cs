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
        Assert.Contains($"there is no such folder that this server can see; make a key with: stiefel key new NAME --directory {_files.Keys}", Assert.Throws<SettingsException>(() => KeyRing.Load(_files.Keys)).Message, StringComparison.Ordinal);
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

    [Fact]
    public void Refresh_FolderThatOthersCanWrite_RevokesButAddsNothing()
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

    private void Truncate(int length)
    {
        using var file = File.OpenHandle(Path.Combine(_files.Keys, "stick.key"), FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, length);
    }
}
