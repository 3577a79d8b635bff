using System.Collections;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Stiefel.Linux.Tests;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tests.Configuration;

public sealed partial class ExampleSettingsTests : IDisposable
{
    private static readonly string s_example = Path.Combine(AppContext.BaseDirectory, "appsettings.example.json");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void EachValue_IsTheDefault()
    {
        var defaults = Read([], "--Disk:Path", "/dev/nvme0n1");
        var source = SettingsFile.Read(s_example).Build(new ConfigurationBuilder());
        source.Load();
        Assert.All(KeysOf(File.ReadAllText(s_example)).Where(key => source.TryGet(key, out _)), key =>
        {
            Assert.True(source.TryGet(key, out var value));
            Assert.Equal(defaults, key == "Disk:Path" ? Read([], "--Disk:Path", value!) : Read([], "--Disk:Path", "/dev/nvme0n1", $"--{key}", value!));
        });
        Assert.Equal(defaults, Read([s_example]));
    }

    [Fact]
    public void EverySetting_IsShown() => Assert.Equal(
        HelpSetting().Matches(Help.Text).Select(match => match.Groups[1].Value).Distinct().Order(), KeysOf(Uncommented()).Order());

    [Fact]
    public void WhatIsCommentedOut_IsAnExampleThatCanBeTaken()
    {
        var path = Path.Combine(_directory.Path, "appsettings.json");
        File.WriteAllText(path, Uncommented());
        // Uncomment them one at a time, because some exclude each other.
        var error = Assert.Throws<SettingsException>(() => Read([path]));
        Assert.DoesNotContain("JSON", error.Message, StringComparison.Ordinal);
        Assert.Equal("[::]:4645", Read([path], "--Nbd:ExportName=", "--Boot:Directory=", "--Nbd:Tls", "opportunistic").AdminListen!.ToString());
    }

    [Fact]
    public void Copy_LeavesTheOpenExportOfTheReadme_AsItIs()
    {
        string[] readme = ["--Disk:Path", "disk.img", "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:10809"];
        Assert.Equal(Read([], readme), Read([s_example], readme));
        Assert.Null(Read([s_example], readme).AdminListen);
    }

    // The sources differ, so compare without them.
    private static ServerOptions Read(string[] files, params string[] args) =>
        ServerOptions.Read(ServerConfiguration.Build(args, new Hashtable(), "", files)) with { Settings = [] };

    private static string Uncommented() => CommentedSetting().Replace(File.ReadAllText(s_example), "    \"");

    private static IEnumerable<string> KeysOf(string text)
    {
        var section = "";
        foreach (var line in text.Split('\n'))
        {
            if (SectionLine().Match(line) is { Success: true } found)
            {
                section = found.Groups[1].Value;
            }
            else if (SettingLine().Match(line) is { Success: true } setting)
            {
                yield return $"{section}:{setting.Groups[1].Value}";
            }
        }
    }

    [GeneratedRegex("^    // \"", RegexOptions.Multiline)]
    private static partial Regex CommentedSetting();

    [GeneratedRegex("^  \"([A-Za-z]+)\": \\{")]
    private static partial Regex SectionLine();

    [GeneratedRegex("^    \"([A-Za-z]+)\": ")]
    private static partial Regex SettingLine();

    [GeneratedRegex("^ +--([A-Za-z]+:[A-Za-z]+) ", RegexOptions.Multiline)]
    private static partial Regex HelpSetting();
}
