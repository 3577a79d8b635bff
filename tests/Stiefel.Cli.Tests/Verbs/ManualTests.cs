using Stiefel.Cli.Manual;
using Stiefel.Cli.Verbs;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

/// <summary>The manual page and completions of a package, made from the commands, so that none is missing.</summary>
public sealed class ManualTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ManualPage_TellsOfEachCommandAndOption()
    {
        var page = ManualPage.Of(AllVerbs.Build());
        foreach (var node in CommandNode.Of(AllVerbs.Build()).Where(node => node.Path.Length > 0))
        {
            Assert.All(node.Options, option => Assert.Contains(".B " + option.Name.Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal));
        }

        Assert.Contains(".SS setup\\-server\\-os\n", page, StringComparison.Ordinal);
        Assert.Contains("    stiefel key new blue\\-stick\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("write\\-manual", page, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Split('\n'), line => line.StartsWith('\'') || (line.StartsWith('.') && !char.IsAsciiLetterUpper(line[1]) && line[1] is not ('n' or 'f')));
    }

    [Theory]
    [InlineData("stiefel ''", "key create-initrd setup-server-os")]
    [InlineData("stiefel setup-server-os --u", "--undo --update")]
    [InlineData("stiefel key ''", "new")]
    [InlineData("stiefel key new --dir", "--directory")]
    public async Task Bash_Completes_WhatMayFollow(string line, string expected)
    {
        using var directory = new TemporaryDirectory();
        var script = directory.Write("stiefel", Completions.ForBash(AllVerbs.Build()));
        var output = await ExternalProgram.RunAsync(
            "bash", ["-c", $". \"$0\"; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _stiefel; echo ${{COMPREPLY[*]}}", script], token: Token);
        Assert.StartsWith(expected, output.Text.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fish_KnowsEachCommand()
    {
        var fish = Completions.ForFish(AllVerbs.Build());
        Assert.All(CommandNode.Of(AllVerbs.Build()).SelectMany(node => node.Subcommands), command => Assert.Contains($" -f -a {command.Name} -d '", fish, StringComparison.Ordinal));
        Assert.Contains("-n '__fish_seen_subcommand_from setup-server-os' -l undo -d 'Undo what", fish, StringComparison.Ordinal);
    }

    [Fact]
    public void Zsh_KnowsEachCommand()
    {
        var zsh = Completions.ForZsh(AllVerbs.Build());
        Assert.StartsWith("#compdef stiefel\n", zsh, StringComparison.Ordinal);
        Assert.Contains("(\" setup-server-os\") known=\"--yes --dry-run", zsh, StringComparison.Ordinal);
    }
}
