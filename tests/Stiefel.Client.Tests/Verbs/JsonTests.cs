using System.CommandLine;
using System.Text.Json;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Verbs;
using Xunit;

namespace Stiefel.Client.Tests.Verbs;

/// <summary>Answers for programs: one line on standard output, the progress on standard error.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Fetch_ForPrograms_TellsItsFilesInOneLine()
    {
        var key = ClientRun.WriteKey(_directory.File("stick.key"), _laptop.Secret);
        var run = await ClientRun.StartAsync("fetch", "--server", _laptop.Address, "--key", key, "--out", _directory.File("out"), "--json");
        Assert.Contains("initrd: 1.0 MB in", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Output.TrimEnd('\n').Split('\n'));
        using var answer = JsonDocument.Parse(run.Output);
        Assert.Equal(("testtop", "root=/dev/sda2 ro quiet resume=/dev/sda3"), (Text(answer, "laptop"), Text(answer, "commandLine")));
        Assert.Equal(_laptop.Kernel, await File.ReadAllBytesAsync(Text(answer, "kernel"), TestContext.Current.CancellationToken));
        Assert.Equal(_laptop.Initrd, await File.ReadAllBytesAsync(Text(answer, "initrd"), TestContext.Current.CancellationToken));
    }

    /// <summary>A boot ends in another kernel, which has no answer to give.</summary>
    [Fact]
    public void Verbs_WithoutJson_AreThese()
    {
        Command[] verbs = [BootVerb.Build(), DiscoverVerb.Build(), FetchVerb.Build(), AttachVerb.Build(), DetachVerb.Build(), OwnSystemVerb.Build()];
        Assert.Equal([BootVerb.Name], verbs.Where(verb => !verb.Options.Any(option => option.Name == "--json")).Select(verb => verb.Name));
    }

    private static string Text(JsonDocument answer, string name) => answer.RootElement.GetProperty(name).GetString()!;
}
