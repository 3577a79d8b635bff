using System.CommandLine;
using System.Text.Json;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

/// <summary>Commands whose answer is one object for programs.</summary>
public sealed class JsonAnswerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _directory.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public async Task Keys_FromBirthToEnd_AreToldToPrograms()
    {
        Assert.Equal((_directory["blue.key"], "blue"), Two(await RunAsync("key", "new", "blue"), "file", "name"));
        var shown = await RunAsync("key", "show", "blue");
        Assert.Equal((32, 64), (shown.GetProperty("bytes").GetInt32(), shown.GetProperty("certificateSha256").GetString()!.Length));
        Assert.EndsWith(".stiefel", shown.GetProperty("tlsName").GetString(), StringComparison.Ordinal);
        Assert.Equal(("blue.old", "blue"), Two(await RunAsync("key", "rotate", "blue"), "before", "name"));
        Assert.Equal(["blue", "blue.old"], (await RunAsync("key", "list")).GetProperty("keys").EnumerateArray().Select(key => key.GetString()));
        Assert.Equal((_directory.Path, "blue.old"), Two(await RunAsync("key", "revoke", "blue.old", "--yes"), "directory", "name"));
        File.WriteAllText(_directory["words"], "four words are good");
        var target = _directory["stick.key"];
        Assert.Equal((target, "blue"), Two(await RunAsync("key", "seal", "blue", "--out", target, "--passphrase-file", _directory["words"]), "file", "name"));
        var (token, name) = Two(await RunAsync("key", "token", "blue"), "token", "name");
        Assert.Equal((52, "blue"), (token!.Length, name));
        Assert.StartsWith("-----BEGIN CERTIFICATE-----\n", Two(await RunAsync("key", "cert", "blue"), "certificate", "name").Item1, StringComparison.Ordinal);
        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public async Task Pairing_AskedFor_IsToldAndNotOtherwise()
    {
        await RunAsync("key", "new", "attic", "--pairing");
        var code = (await RunAsync("key", "show", "attic", "--pairing")).GetProperty("pairing").GetString()!;
        Assert.DoesNotContain(code, (await RunAsync("key", "show", "attic")).ToString(), StringComparison.Ordinal);
    }

    /// <summary>Programs cannot be asked.</summary>
    [Fact]
    public async Task Revoke_WithoutYes_IsWrongUsageAndChangesNothing()
    {
        await RunAsync("key", "new", "blue");
        Assert.Equal(ExitCode.WrongUsage, (await TryAsync("key", "revoke", "blue")).Code);
        Assert.True(File.Exists(_directory["blue.key"]));
        Assert.Contains("say --yes as well", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_IsTheOnlyThingOnStandardOutput()
    {
        var target = _directory["report.tar.gz"];
        var answer = await RunAsync("report", "--out", target, "--config", _directory["none.yaml"]);
        Assert.Equal(target, answer.GetProperty("file").GetString());
        Assert.True(File.Exists(target));
    }

    /// <summary>Every command that tells something takes it; the others are these, for the reasons in the README.</summary>
    [Fact]
    public void Commands_WithoutJson_AreThese()
    {
        Assert.Equal(
            ["autokexec", "notice", "test-qemu client", "test-qemu server", "write-manual"],
            Leaves(AllVerbs.Build(), "").Where(leaf => !leaf.Command.Options.Any(option => option.Name == "--json")).Select(leaf => leaf.Path).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) =>
        command.Subcommands.Count == 0 ? [(path, command)] : command.Subcommands.SelectMany(one => Leaves(one, $"{path} {one.Name}".TrimStart()));

    private static (string?, string?) Two(JsonElement answer, string one, string other) => (answer.GetProperty(one).GetString(), answer.GetProperty(other).GetString());

    private async Task<JsonElement> RunAsync(params string[] args)
    {
        var (code, output) = await TryAsync(args);
        Assert.True(code == ExitCode.Done, _errors.ToString());
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private async Task<(int Code, string Output)> TryAsync(params string[] args)
    {
        using var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(AllVerbs.Build(), [.. args, "--directory", _directory.Path, "--json"], output, _errors);
        return (code, output.ToString());
    }
}
