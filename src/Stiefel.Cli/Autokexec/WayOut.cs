using Stiefel.Cli.Configuration;
using Stiefel.CommandLine;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Autokexec;

/// <summary>Finds the ramdisk's boot entry that can be started once; null, with the reason, if there is none.</summary>
internal delegate IOneTimeEntry? EntryFinder(out string why);

/// <summary>
/// The ways from the laptop's own system into the ramdisk, in this order: kexec; a restart with a boot entry that is started once (of the firmware,
/// systemd-boot or GRUB); else a person chooses the entry in the boot menu. `autokexec.leave` can insist on one of the first two.
/// </summary>
/// <param name="configuration">Names the way.</param>
/// <param name="report">Receives lines for people.</param>
internal sealed class WayOut(StiefelConfiguration configuration, Action<string> report)
{
    private const string ByHand = "choose the ramdisk's entry in the laptop's boot menu by hand (`stiefel setup-server-os` makes one where it can)";

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Loads the ramdisk with its keys into the kernel.</summary>
    public required Func<ILoadedKernel> Load { get; init; }

    /// <inheritdoc cref="Departure.FindEntry"/>
    public required EntryFinder FindEntry { get; init; }

    /// <inheritdoc cref="Departure.Lent"/>
    public required LentKeys Lent { get; init; }

    /// <inheritdoc cref="Departure.KexecObstacle"/>
    public required Func<string?> KexecObstacle { get; init; }

    /// <inheritdoc cref="Departure.Leaving"/>
    public required Action Leaving { get; init; }

    /// <inheritdoc cref="Departure.RunAsync"/>
    public required Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> RunAsync { get; init; }

    /// <summary>True if a restart is certain, because it is wanted, or because this kernel starts no other.</summary>
    public bool IsByFirmware => Wanted == LeavingWay.Firmware || (Wanted == LeavingWay.Auto && KexecObstacle() is not null);

    private LeavingWay Wanted => configuration.Autokexec.Leave;

    /// <summary>True if a boot entry can be started once. Without one, the program that waits for calls warns and goes on: the system may change.</summary>
    /// <exception cref="UsageException">There is none, and the configuration requires one.</exception>
    public bool FindsEntryOrWarns(Action<string> warn)
    {
        if (FindEntry(out var why) is not null)
        {
            return true;
        }

        if (Wanted == LeavingWay.Firmware)
        {
            throw NoWay(why);
        }

        warn($"warning: this laptop cannot leave its system: {NoWay(why).Message}");
        return false;
    }

    /// <summary>Checks that there is a way.</summary>
    /// <exception cref="FailedException">There is none, or its ramdisk cannot get the keys.</exception>
    /// <exception cref="UsageException">The configuration requires a boot entry that is not installed.</exception>
    public void Check()
    {
        if (IsByFirmware)
        {
            _ = Lent.Check(Entry());
        }
        else if (KexecObstacle() is { } obstacle)
        {
            throw new FailedException($"{obstacle}, so the ramdisk cannot be started; allow it, or set `leave: auto`");
        }
    }

    /// <summary>Lines that say what <see cref="TakeAsync"/> would do with a boot entry.</summary>
    public string[] Describe() => FindEntry(out var why) is { } entry
        ?
        [
            .. Lent.Check(entry) is { } count ? [$"would put {count} keys beside the ramdisk of the boot entry, which wipes them there"] : Array.Empty<string>(),
            $"would select for the next start: {entry.Description}",
            "would run: systemctl reboot",
        ]
        : [$"would stay: {NoWay(why).Message}"];

    /// <summary>Leaves. Returns once systemd has begun.</summary>
    /// <param name="decide">Throws if a person has refused; called before anything that cannot be taken back.</param>
    /// <param name="token">Cancels leaving.</param>
    public async Task TakeAsync(Action decide, CancellationToken token)
    {
        if (IsByFirmware)
        {
            await RestartAsync(Entry(), decide, token);
            return;
        }

        ILoadedKernel loaded;
        try
        {
            loaded = Load();
        }
        catch (LinuxException refusal) when (Wanted == LeavingWay.Auto)
        {
            var entry = Entry(refusal.Message);
            report($"the laptop leaves by a restart, because its kernel does not start the ramdisk: {refusal.Message}");
            await RestartAsync(entry, decide, token);
            return;
        }

        await KexecAsync(loaded, decide, token);
    }

    private IOneTimeEntry Entry(string? refusal = null) => FindEntry(out var why) ?? throw NoWay(why, refusal);

    private VerbException NoWay(string why, string? refusal = null)
    {
        if (Wanted == LeavingWay.Firmware)
        {
            return OneTimeEntries.Missing(configuration.File ?? "the configuration", why);
        }

        return new FailedException($"{refusal ?? KexecObstacle()}, so the ramdisk cannot be started from this system, and no boot entry can be started once instead: {why}; {ByHand}");
    }

    private async Task KexecAsync(ILoadedKernel loaded, Action decide, CancellationToken token)
    {
        var isTold = false;
        try
        {
            report("leaving for the server ramdisk");
            token.ThrowIfCancellationRequested(); // loading takes a while
            decide();
            Leaving();
            isTold = true;
            await RunAsync("systemctl", ["kexec"], s_patience, token);
        }
        catch
        {
            // Unload the kernel: otherwise any later `systemctl reboot` would start it, and all keys would stay in memory until then.
            if (!isTold || !await IsLeavingAsync())
            {
                report(loaded.Withdraw());
            }

            throw;
        }
    }

    private async Task RestartAsync(IOneTimeEntry entry, Action decide, CancellationToken token)
    {
        decide();
        try
        {
            Lent.Lend(entry);
            entry.Order();
            report($"leaving for the server ramdisk by a restart: {entry.Description}");
            Leaving();
            await RunAsync("systemctl", ["reboot"], s_patience, token);
        }
        catch
        {
            // Withdraw the selection, so that a restart for another reason does not start the ramdisk, and the keys, which nothing else would wipe.
            if (!await IsLeavingAsync())
            {
                try
                {
                    entry.TakeBack();
                }
                finally
                {
                    _ = Lent.TakeBack();
                }
            }

            throw;
        }
    }

    // systemd may have begun although it did not answer in time: this process is among the first that it stops.
    private Task<bool> IsLeavingAsync() => SystemState.IsStoppingAsync(RunAsync);
}
