using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Setup;

/// <summary>Tells a running systemd what set-up changed. What it does not do is a line for the person, who can do it later.</summary>
internal static class SetupUnits
{
    private const string Service = "stiefel-autokexec.service";
    private const string Watch = "stiefel-autokexec-restart.path";
    private const string EntryWatch = "stiefel-update.path";

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>After set-up.</summary>
    /// <param name="canServe">There is a ramdisk, without which the service would end at once.</param>
    /// <param name="hasEntry">There is a boot entry, which follows the keys.</param>
    /// <param name="say">For a line.</param>
    /// <param name="token">Ends it.</param>
    public static async Task StartAsync(bool canServe, bool hasEntry, Action<string> say, CancellationToken token)
    {
        await TellAsync(["daemon-reload"], say, token);
        await TellAsync(["start", Watch], say, token);
        if (hasEntry)
        {
            await TellAsync(["start", EntryWatch], say, token);
        }

        if (canServe)
        {
            await TellAsync(["restart", Service], say, token);
        }
    }

    /// <summary>Before the units are taken away.</summary>
    /// <param name="hasEntry">There is a boot entry.</param>
    /// <param name="say">For a line.</param>
    /// <param name="token">Ends it.</param>
    public static Task StopAsync(bool hasEntry, Action<string> say, CancellationToken token) =>
        TellAsync(["stop", Watch, Service, .. hasEntry ? [EntryWatch] : Array.Empty<string>()], say, token);

    /// <summary>After that.</summary>
    public static Task ForgetAsync(Action<string> say, CancellationToken token) => TellAsync(["daemon-reload"], say, token);

    private static async Task TellAsync(string[] arguments, Action<string> say, CancellationToken token)
    {
        try
        {
            await ExternalProgram.RunAsync("systemctl", arguments, s_patience, token);
        }
        catch (ExternalProgramException error)
        {
            say($"systemctl {string.Join(' ', arguments)} did not work; it does at the next start: {error.Message}");
        }
    }
}
