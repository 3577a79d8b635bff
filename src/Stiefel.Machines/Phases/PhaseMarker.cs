using System.Text.RegularExpressions;

namespace Stiefel.Machines.Phases;

/// <summary>Finds phases in the lines of a serial console.</summary>
public static partial class PhaseMarker
{
    /// <summary>Returns the phase that begins with this line, or null.</summary>
    /// <param name="line">The line without its line feed.</param>
    /// <param name="isComplete">False while the line may still grow; only a prompt is recognized then.</param>
    public static string? Find(string line, bool isComplete)
    {
        if (!isComplete)
        {
            return LoginPrompt().IsMatch(line) ? "login" : null;
        }

        var own = OwnPhase().Match(line);
        if (own.Success)
        {
            return own.Groups["name"].Value;
        }

        return KernelBanner().IsMatch(line) ? "kernel starts"
            : SystemdGreeting().IsMatch(line) ? "systemd"
            : PowerDown().IsMatch(line) ? "power down"
            : null;
    }

    // Printed by the server, the client and stiefel-attach.
    [GeneratedRegex(@"stiefel: phase (?<name>[a-z][a-z0-9-]{0,39})(?:[ ,.:]|$)")]
    private static partial Regex OwnPhase();

    [GeneratedRegex(@"^(\[ *\d+\.\d+\] )?Linux version \d")]
    private static partial Regex KernelBanner();

    [GeneratedRegex(@"^\S+ login: ?$")]
    private static partial Regex LoginPrompt();

    [GeneratedRegex(@"^(\[ *\d+\.\d+\] systemd\[1\]: )?(systemd \d+.* running in system mode|Welcome to )")]
    private static partial Regex SystemdGreeting();

    [GeneratedRegex(@"reboot: Power down")]
    private static partial Regex PowerDown();
}
