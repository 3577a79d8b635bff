using Stiefel.Linux.Programs;

namespace Stiefel.Cli.People;

/// <summary>Shows a notification in a person's graphical session, by notify-send of libnotify (Debian's package libnotify-bin), which speaks org.freedesktop.Notifications.</summary>
/// <param name="runAsync">Runs another program.</param>
internal sealed class DesktopNotification(Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> runAsync)
{
    private const string Program = "notify-send";
    private const string Button = "not-now";
    private const string Title = "This laptop is about to leave its system";

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Shows the warning with a button "Not now". True if the person pressed it; false if the notification was closed or went away.</summary>
    /// <param name="text">The warning.</param>
    /// <param name="left">The time that the person has.</param>
    /// <param name="token">Takes the notification away.</param>
    /// <exception cref="ExternalProgramException">It cannot be shown: notify-send is not installed, or nothing shows notifications in this session.</exception>
    public async Task<bool> AskAsync(string text, TimeSpan left, CancellationToken token)
    {
        try
        {
            var patience = new ExternalProgramOptions { Timeout = left + s_patience.Timeout };
            return (await runAsync(Program, [.. Common(left), $"--action={Button}=Not now", "--", Title, text], patience, token)).Text.Trim() == Button;
        }
        catch (ExternalProgramException error) when (error.ExitCode is not null)
        {
            // Those before libnotify 0.8 have no buttons.
            await runAsync(Program, [.. Common(left), "--", Title, $"{text}. To prevent that, run: stiefel not-now"], s_patience, token);
            return false;
        }
    }

    private static string[] Common(TimeSpan left) =>
        ["--app-name=Stiefel", "--urgency=critical", "--icon=system-shutdown", $"--expire-time={(long)left.TotalMilliseconds}"];
}
