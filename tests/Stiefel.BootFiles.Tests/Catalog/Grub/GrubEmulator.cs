using System.Text.RegularExpressions;
using Stiefel.Linux.Programs;

namespace Stiefel.BootFiles.Tests.Catalog.Grub;

/// <summary>
/// Runs GRUB's own script engine: Debian's grub-emu, without privileges and without a real terminal. One process executes any number of scripts, one
/// after the other. Only the lines they write with a `~` at the beginning are compared, so that GRUB's own messages do not matter.
/// </summary>
internal static partial class GrubEmulator
{
    // The user `nobody`.
    private const string User = "65534";

    // GRUB breaks lines at the width of its screen.
    private const int Width = 70;

    /// <summary>Returns the lines that each script wrote.</summary>
    /// <param name="directory">Receives the scripts' files; must be readable by everyone.</param>
    /// <param name="scripts">The scripts; each is sourced, unless they form a chain of menus.</param>
    /// <param name="chained">True if each script's menu leads to the file of the next, `N+1.cfg`.</param>
    public static string[][] Run(string directory, IReadOnlyList<string> scripts, bool chained)
    {
        for (var at = 0; at < scripts.Count; at++)
        {
            File.WriteAllText(Path.Combine(directory, $"{at}.cfg"), scripts[at]);
        }

        File.WriteAllText(Path.Combine(directory, $"{scripts.Count}.cfg"), "exit\n");
        var main = chained ? [$"configfile {directory}/0.cfg\n"] : Enumerable.Range(0, scripts.Count).Select(at => $"echo \"~@{at}\"\nsource {directory}/{at}.cfg\n");
        File.WriteAllText(Path.Combine(directory, "grub.cfg"), $"{string.Concat(main)}exit\n");
        var command = $"setpriv --reuid {User} --regid {User} --clear-groups grub-emu -d {directory} -r host";
        var output = ExternalProgram.Run("script", ["-qec", command, "/dev/null"], new ExternalProgramOptions { Timeout = TimeLimit.Seconds(60) }).Text;
        var lines = Escape().Replace(output.Replace("\r", "", StringComparison.Ordinal), "\n").Split('\n').Where(line => line.StartsWith('~')).ToArray();
        return [.. Enumerable.Range(0, scripts.Count).Select(at => lines.SkipWhile(line => line != $"~@{at}").Skip(1).TakeWhile(line => !line.StartsWith("~@", StringComparison.Ordinal)).Select(Cut).ToArray())];
    }

    /// <summary>The part of a line that certainly fits on GRUB's screen.</summary>
    public static string Cut(string line)
    {
        var first = line.Split('\n')[0].TrimEnd(' ');
        return (first.Length > Width ? first[..Width] : first).TrimEnd(' ');
    }

    /// <summary>True if both lines are the same as far as GRUB's screen shows them: it breaks a long line before the word that does not fit.</summary>
    public static bool IsSame(string theirs, string ours) => theirs == ours || (ours.Length == Width && ours.StartsWith(theirs, StringComparison.Ordinal));

    [GeneratedRegex(@"\e\[[0-9;]*[A-Za-z]")]
    private static partial Regex Escape();
}
