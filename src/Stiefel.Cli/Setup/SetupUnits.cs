using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Setup;

/// <summary>Tells a running systemd what set-up changed. If systemd refuses, the user is told and can do it later.</summary>
internal static class SetupUnits
{
    private const string Service = "stiefel-autokexec.service";
    private const string Watch = "stiefel-autokexec-restart.path";
    private const string EntryWatch = "stiefel-update.path";

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Starts the units after set-up.</summary>
    /// <param name="canServe">True if there is a ramdisk, without which the service would end at once.</param>
    /// <param name="hasEntry">True if there is a boot entry, which must be updated when keys change.</param>
    /// <param name="say">Receives lines for the user.</param>
    /// <param name="token">Cancels the work.</param>
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

    /// <summary>Stops the units before they are removed.</summary>
    /// <param name="hasEntry">True if there is a boot entry.</param>
    /// <param name="say">Receives lines for the user.</param>
    /// <param name="token">Cancels the work.</param>
    public static Task StopAsync(bool hasEntry, Action<string> say, CancellationToken token) =>
        TellAsync(["stop", Watch, Service, .. hasEntry ? [EntryWatch] : Array.Empty<string>()], say, token);

    /// <summary>Makes systemd forget the units after they were removed.</summary>
    public static Task ForgetAsync(Action<string> say, CancellationToken token) => TellAsync(["daemon-reload"], say, token);

    private static async Task TellAsync(string[] arguments, Action<string> say, CancellationToken token)
    {
        try
        {
            await ExternalProgram.RunAsync("systemctl", arguments, s_patience, token);
        }
        catch (ExternalProgramException error)
        {
            say($"systemctl {string.Join(' ', arguments)} failed, and will take effect at the next boot: {error.Message}");
        }
    }
}
