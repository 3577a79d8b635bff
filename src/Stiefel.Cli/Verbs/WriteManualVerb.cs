using System.CommandLine;
using Stiefel.Cli.Manual;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel write-manual`: writes a package's manual page and shell completions, from the same source as --help.</summary>
internal static class WriteManualVerb
{
    /// <param name="root">All commands of the program. Further ones may be added until the command runs.</param>
    public static Command Build(RootCommand root)
    {
        var directory = new Argument<string>("directory") { HelpName = "DIR", Description = "The directory to use as /usr/share" };
        var command = new Command("write-manual", "Write the manual page, and completions for bash, zsh and fish; for packages") { directory };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var share = parsed.GetRequiredValue(directory);
            Write(share, "man/man1/stiefel.1", ManualPage.Of(root));
            Write(share, "bash-completion/completions/stiefel", Completions.ForBash(root));
            Write(share, "zsh/vendor-completions/_stiefel", Completions.ForZsh(root));
            Write(share, "fish/vendor_completions.d/stiefel.fish", Completions.ForFish(root));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(string share, string path, string text)
    {
        var file = Path.Combine(share, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
