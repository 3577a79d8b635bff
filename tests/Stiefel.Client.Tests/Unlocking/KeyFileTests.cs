using System.Security.Cryptography;
using System.Text;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Client.Tests.Unlocking;

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
        var path = Write("bad.key", size);
        Assert.Contains($"it has {size} bytes", Assert.Throws<UsageException>(() => KeyFile.Load(path)).Message);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Load_KeyThatOthersCanRead_IsRefusedForSafety(UnixFileMode others)
    {
        var path = Write("open.key", 32);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | others);
        Assert.Contains("chmod 600", Assert.Throws<RefusedException>(() => KeyFile.Load(path)).Message);
    }

    [Fact]
    public async Task Verbs_WithoutAUsableKey_EndWithTheContractsExitCodes()
    {
        var path = Write("open.key", 32);
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4);
        Assert.Equal(3, (await ClientRun.StartAsync("discover", "--key", path)).ExitCode);
        Assert.Equal(2, (await ClientRun.StartAsync("discover", "--key", _directory.File("none.key"))).ExitCode);
        Assert.Equal(2, (await ClientRun.StartAsync("discover", "--server", "laptop.local")).ExitCode);
        Assert.Equal(2, (await ClientRun.StartAsync("fetch", "--no-such-option")).ExitCode);
        Assert.Equal(0, (await ClientRun.StartAsync("fetch", "--help")).ExitCode);
    }

    [Fact]
    public void Load_SealedKey_OpensWithinThreeTries()
    {
        var path = WriteSealed("stick.key", "right words");
        var person = new ScriptedPerson("", "wrong words", "right words");
        using var key = KeyFile.Load(path, person: person);
        Assert.Equal("stick", key.Name);
        Assert.All(person.Given, typed => Assert.All(typed, letter => Assert.Equal(0, letter))); // overwritten after use
    }

    [Fact]
    public void Load_SealedKeyAndThreeWrongPassphrases_GivesUp()
    {
        var person = new ScriptedPerson("a", "b", "c", "right words");
        Assert.Throws<UsageException>(() => KeyFile.Load(WriteSealed("stick.key", "right words"), person: person));
        Assert.Equal(3, person.Given.Count);
        Assert.Throws<UsageException>(() => KeyFile.Load(_directory.File("stick.key")));
    }

    [Fact]
    public void Load_NoKeyButAPerson_TakesAPairingCode()
    {
        var secret = RandomNumberGenerator.GetBytes(16);
        var code = PairingCode.Encode(secret);
        var person = new ScriptedPerson(code[..^1], code.ToLowerInvariant());
        using var key = KeyFile.Load(null, _directory.Path, person);
        using var same = SharedKey.FromBytes(secret, "same");
        Assert.Equal(AdminToken.For(same), AdminToken.For(key));
        Assert.All(person.Given, typed => Assert.All(typed, letter => Assert.Equal(0, letter)));
    }

    [Fact]
    public async Task Load_NoKeyAndThreeWrongCodes_PausesAndAsksAgain()
    {
        var code = PairingCode.Encode(RandomNumberGenerator.GetBytes(16));
        var person = new ScriptedPerson("a", "b", code[..^1], code);
        using var key = await KeyFile.LoadPatientlyAsync(null, person, TimeSpan.Zero, TestContext.Current.CancellationToken, _directory.Path);
        Assert.Equal(KeyFile.TypedName, key.Name);
        Assert.Equal(4, person.Given.Count);
        Assert.Contains(person.Told, line => line.EndsWith("asking again in 0 s", StringComparison.Ordinal));
        Assert.Throws<NoCodeException>(() => KeyFile.Load(null, _directory.Path, new ScriptedPerson("a", "b", "c", code)));
    }

    private string WriteSealed(string name, string passphrase) => ClientRun.WriteKey(_directory.File(name), Encoding.ASCII.GetBytes(
        SealedKey.Seal(new byte[32], Encoding.UTF8.GetBytes(passphrase), new PassphraseCost(PassphraseCost.MinMemoryKiB, 1, 1)).Format()));

    private string Write(string name, int size) => ClientRun.WriteKey(_directory.File(name), new byte[size]);
}

/// <summary>Answers with given texts and keeps the buffers that it returned.</summary>
internal sealed class ScriptedPerson(params string[] lines) : IPerson
{
    public List<byte[]> Given { get; } = [];

    public List<string> Told { get; } = [];

    public void Tell(string line) => Told.Add(line);

    public byte[] AskSecret(string question, int limit)
    {
        Given.Add(Encoding.UTF8.GetBytes(lines[Given.Count]));
        return Given[^1];
    }
}
