using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Verbs;
using Xunit;

namespace Stiefel.Client.Tests;

public sealed class KeyFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(32)]
    [InlineData(16)]
    public void Load_PrivateKeyOfEitherSize_IsNamedAfterItsFile(int size)
    {
        using var key = KeyFile.Load(Write("blue.key", size));
        Assert.Equal("blue", key.Name);
    }

    [Fact]
    public void Load_OnlyKeyOfTheDirectory_NeedsNoName()
    {
        Write("blue.key", 32);
        File.WriteAllText(_directory.File("notes.txt"), "");
        using var key = KeyFile.Load(null, _directory.Path);
        Assert.Equal("blue", key.Name);
    }

    [Fact]
    public void Load_SeveralKeys_NamesThemAndAsksForOne()
    {
        Write("blue.key", 32);
        Write("anna.key", 32);
        var error = Assert.Throws<UsageException>(() => KeyFile.Load(null, _directory.Path));
        Assert.Contains("2 keys", error.Message);
        Assert.Contains("(anna.key, blue.key): name one with --key", error.Message);
    }

    [Fact]
    public void Load_NoKey_SaysHowToMakeOne() =>
        Assert.Contains("stiefel key new", Assert.Throws<UsageException>(() => KeyFile.Load(null, _directory.Path)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(5000)]
    public void Load_OfAnotherSize_IsRefused(int size)
    {
        string path = Write("bad.key", size);
        Assert.Contains($"this file has {size}", Assert.Throws<UsageException>(() => KeyFile.Load(path)).Message);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Load_KeyThatOthersCanRead_IsRefusedForSafety(UnixFileMode others)
    {
        string path = Write("open.key", 32);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | others);
        Assert.Contains("chmod 600", Assert.Throws<UnsafeException>(() => KeyFile.Load(path)).Message);
    }

    [Fact]
    public async Task Verbs_WithoutAUsableKey_EndWithTheContractsExitCodes()
    {
        string path = Write("open.key", 32);
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4);
        Assert.Equal(3, (await ClientRun.StartAsync("discover", "--key", path)).ExitCode);
        Assert.Equal(2, (await ClientRun.StartAsync("discover", "--key", _directory.File("none.key"))).ExitCode);
        Assert.Equal(2, (await ClientRun.StartAsync("discover", "--server", "laptop.local")).ExitCode);
        Assert.Equal(2, (await ClientRun.StartAsync("fetch", "--no-such-option")).ExitCode);
        Assert.Equal(0, (await ClientRun.StartAsync("fetch", "--help")).ExitCode);
    }

    private string Write(string name, int size) => ClientRun.WriteKey(_directory.File(name), new byte[size]);
}
