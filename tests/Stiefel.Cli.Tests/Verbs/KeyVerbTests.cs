using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

public sealed class KeyVerbTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rotate_KeyInUse_KeepsTheOldOneUntilItIsRevoked()
    {
        await RunAsync(0, "new", "blue");
        var before = File.ReadAllBytes(_directory["blue.key"]);

        await RunAsync(0, "rotate", "blue");
        Assert.Equal(before, File.ReadAllBytes(_directory["blue.old.key"]));
        Assert.NotEqual(before, File.ReadAllBytes(_directory["blue.key"]));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory["blue.key"]));

        await RunAsync(3, "rotate", "blue");
        Assert.Equal("blue\nblue.old\n", await RunAsync(0, "list"));
        await RunAsync(0, "revoke", "blue.old", "--yes");
        Assert.Equal("blue\n", await RunAsync(0, "list"));
    }

    [Fact]
    public async Task Rotate_KeyThatIsTyped_StaysAsLongAndSaysHowToSeeIt()
    {
        await RunAsync(0, "new", "attic", "--pairing");
        var said = await RunAsync(0, "rotate", "attic");
        Assert.Equal(16, File.ReadAllBytes(_directory["attic.key"]).Length);
        Assert.Contains("stiefel key show attic --pairing", said, StringComparison.Ordinal);
        Assert.DoesNotContain("stick", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WithoutAKey_SaysSoBesideTheNames()
    {
        var output = new StringWriter();
        var error = new StringWriter();
        await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { KeyVerb.Build() }, ["key", "list", "--directory", _directory.Path], output, error);
        Assert.Equal("", output.ToString());
        Assert.Equal($"stiefel: there is no key in {_directory.Path}, so calls are not answered; `stiefel key new NAME` makes one\n", error.ToString());
    }

    [Fact]
    public async Task Revoke_UnknownKey_IsWrongUsageAndNamesTheOthers()
    {
        await RunAsync(0, "new", "blue");
        Assert.Contains("blue", await RunAsync(2, "revoke", "green", "--yes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Key_TellsNothingSecretUnlessAsked()
    {
        await RunAsync(0, "new", "attic", "--pairing");
        var secret = File.ReadAllBytes(_directory["attic.key"]);
        Assert.Equal(16, secret.Length);

        var usual = await RunAsync(0, "show");
        Assert.Contains("attic", usual, StringComparison.Ordinal);
        Assert.DoesNotContain(PairingCode.Encode(secret), usual, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(secret), usual, StringComparison.OrdinalIgnoreCase);

        Assert.True(PairingCode.TryDecode((await RunAsync(0, "show", "attic", "--pairing")).Trim(), out var typed, out _));
        Assert.Equal(secret, typed);
    }

    [Fact]
    public async Task TokenAndCertificate_OfAKey_AreTheDerivedOnes()
    {
        await RunAsync(0, "new", "blue");
        using var stored = StoredKey.Read(_directory["blue.key"]);
        using var key = stored.Open();
        using var expected = DerivedCertificate.For(key);

        Assert.Equal(AdminToken.For(key) + "\n", await RunAsync(0, "token", "blue"));
        using var printed = X509Certificate2.CreateFromPem(await RunAsync(0, "cert"));
        Assert.Equal(expected.GetCertHashString(), printed.GetCertHashString());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Seal_WithPassphrase_WritesACopyThatOnlyOpensWithIt(string end)
    {
        await RunAsync(0, "new", "blue");
        File.WriteAllText(_directory["words"], $"four words are good{end}not this{end}");
        await RunAsync(0, "seal", "--out", _directory["stick.key"], "--passphrase-file", _directory["words"]);

        using var stored = StoredKey.Read(_directory["stick.key"]);
        Assert.True(stored.Locked!.TryOpen("four words are good"u8, "blue", out var key));
        Assert.False(stored.Locked.TryOpen("not this"u8, "blue", out _));
        using var raw = StoredKey.Read(_directory["blue.key"]);
        using var same = raw.Open();
        Assert.Equal(AdminToken.For(same), AdminToken.For(key));
        await RunAsync(3, "seal", "blue", "--out", _directory["stick.key"], "--passphrase-file", _directory["words"]);
    }

    [Fact]
    public async Task Seal_TooShortAPassphrase_IsWrongUsage()
    {
        await RunAsync(0, "new", "blue");
        File.WriteAllText(_directory["words"], "short");
        await RunAsync(2, "seal", "--out", _directory["s.key"], "--passphrase-file", _directory["words"]);
        Assert.False(File.Exists(_directory["s.key"]));
    }

    [Fact]
    public async Task Seal_DirectoryOrPassphraseNotThere_NamesTheOption()
    {
        await RunAsync(0, "new", "blue");
        Assert.Equal(
            $"stiefel: --out {_directory["nodir/s.key"]}: there is no directory {_directory["nodir"]}; make it first\n",
            await RunAsync(2, "seal", "--out", _directory["nodir/s.key"], "--passphrase-file", _directory["words"]));
        Assert.StartsWith(
            $"stiefel: --passphrase-file {_directory["words"]}: no such file;",
            await RunAsync(2, "seal", "--out", _directory["s.key"], "--passphrase-file", _directory["words"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show")]
    [InlineData("token")]
    [InlineData("cert")]
    [InlineData("rotate")]
    public async Task AnyUse_KeyThatOthersCanRead_IsRefusedWithTheFix(string verb)
    {
        await RunAsync(0, "new", "blue");
        File.SetUnixFileMode(_directory["blue.key"], OwnerOnly | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", await RunAsync(3, verb, "blue"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyUse_DirectoryThatOthersCanWrite_IsRefusedWithTheFix()
    {
        await RunAsync(0, "new", "blue");
        File.SetUnixFileMode(_directory.Path, File.GetUnixFileMode(_directory.Path) | UnixFileMode.OtherWrite);
        Assert.Contains("chmod 700", await RunAsync(3, "token"), StringComparison.Ordinal);
        Assert.Contains("chmod 700", await RunAsync(3, "new", "red"), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(int expectedCode, string verb, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { KeyVerb.Build() }, ["key", verb, .. arguments, "--directory", _directory.Path], output, output);
        Assert.True(code == expectedCode, $"exit code {code}: {output}");
        return output.ToString();
    }
}
