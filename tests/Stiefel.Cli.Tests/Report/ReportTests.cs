using System.CommandLine;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Report;
using Stiefel.Cli.Tests.Control;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Report;

public sealed class ReportTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    /// <summary>Secrets in every form in which they can be written, in a careless configuration and in the answers of a careless server.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(16)]
    public async Task Report_SecretsAreEverywhere_HoldsNoneOfThem(int keyLength)
    {
        var keys = new KeyDirectory(_directory["keys"]);
        var secret = await File.ReadAllBytesAsync(keys.Create("blue", keyLength), Token);
        var secrets = Forms(secret, "blue");
        var everything = string.Join('\n', secrets.Select(form => $"before {form} after"));
        _directory.Write("config.yaml", everything);
        using var key = SharedKey.FromBytes(secret, "blue");
        using var server = new ScriptedControlPlane(key, "200 OK", "application/json", everything);

        Assert.Equal((0, ""), await RunAsync(server.Host, "--out", _directory["r.tar.gz"], "--config", _directory["config.yaml"], "--directory", keys.Path));
        var files = Unpack(_directory["r.tar.gz"]);

        Assert.Contains("before [left out] after", files["config.yaml"], StringComparison.Ordinal);
        Assert.Contains("before [left out] after", files["server/status.json"], StringComparison.Ordinal);
        Assert.Equal("blue\n", files["key-names.txt"]);
        Assert.All(files.Values, text => Assert.DoesNotContain(secrets, form => text.Contains(form, StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["r.tar.gz"]));
    }

    [Theory]
    [InlineData("psk=abc123", "psk=[left out]")]
    [InlineData("wifi.psk: \"abc 123\"", "wifi.psk: \"[left out] 123\"")]
    [InlineData("PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", "PrivateKey = [left out]")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: Bearer [left out]")]
    [InlineData("http_proxy=http://me:pass@proxy:3128", "http_proxy=http://me:[left out]@proxy:3128")]
    [InlineData("x\n-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\ny", "x\n[left out]\ny")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMHc", "[left out]")]
    [InlineData("rd.luks.key=/keyfile root=UUID=1 keyboard: us", "rd.luks.key=/keyfile root=UUID=1 keyboard: us")]
    public void Clean_SecretOfAnotherProgram_IsTakenOutByTheWordBeforeIt(string text, string expected) =>
        Assert.Equal(expected, Redaction.Of(new KeyDirectory("/absent")).Clean(text));

    [Fact]
    public async Task Report_WithoutKeysAndServer_SaysWhatCouldNotBeCollected()
    {
        using var output = new StringWriter();
        Assert.Equal((0, ""), await RunAsync(output, "--out", _directory["r.tar.gz"], "--config", _directory["absent.yaml"], "--directory", _directory["keys"]));
        var files = Unpack(_directory["r.tar.gz"]);
        Assert.Contains("no server is asked: ", output.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("not collected: ", files["config.yaml"], StringComparison.Ordinal);
        Assert.StartsWith("stiefel ", files["about.txt"], StringComparison.Ordinal);
        Assert.DoesNotContain(files.Keys, name => name.StartsWith("server/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Report_FileIsThere_IsRefusedAndStays()
    {
        _directory.Write("r.tar.gz", "mine");
        var (code, error) = await RunAsync("--out", _directory["r.tar.gz"], "--directory", _directory["keys"]);
        Assert.Equal((ExitCode.Refused, $"stiefel: {_directory["r.tar.gz"]} exists already; name another file with --out\n"), (code, error));
        Assert.Equal("mine", await File.ReadAllTextAsync(_directory["r.tar.gz"], Token));
    }

    [Fact]
    public async Task Part_ThatIsEndless_KeepsItsEnd()
    {
        var part = new ReportPart("x", _ => Task.FromResult(new string('a', ReportPart.Most) + "end"));
        var text = await part.CollectAsync(Redaction.Of(new KeyDirectory("/absent")), Token);
        Assert.Equal(ReportPart.Most, text.Length);
        Assert.EndsWith("aend", text, StringComparison.Ordinal);
    }

    private static List<string> Forms(byte[] secret, string name)
    {
        using var key = SharedKey.FromBytes(secret, name);
        var base64 = Convert.ToBase64String(secret);
        List<string> forms =
        [
            Convert.ToHexString(secret), Convert.ToHexStringLower(secret), base64, base64.TrimEnd('='), base64.Replace('+', '-').Replace('/', '_').TrimEnd('='),
            BitConverter.ToString(secret), AdminToken.For(key),
        ];
        return secret.Length == SharedKey.OldSize ? [.. forms, PairingCode.Encode(secret), PairingCode.Encode(secret).Replace("-", "", StringComparison.Ordinal)] : forms;
    }

    private static Dictionary<string, string> Unpack(string archive)
    {
        var files = new Dictionary<string, string>();
        using var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null, Encoding.UTF8);
            files[entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]] = reader.ReadToEnd();
        }

        return files;
    }

    private static Task<(int Code, string Error)> RunAsync(params string[] args) => RunAsync(TextWriter.Null, args);

    private static async Task<(int Code, string Error)> RunAsync(TextWriter output, params string[] args)
    {
        using var error = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { ReportVerb.Build() }, ["report", .. args], output, error);
        return (code, error.ToString());
    }
}
