using Stiefel.Linux.Kexec;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Notices;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Grants;
using Stiefel.Server.Notices;

namespace Stiefel.Server.Return;

/// <summary>
/// Makes the laptop leave its ramdisk, once, and not while a desktop has its disk; after the decision the disk is granted to no one. A desktop that is away
/// without a goodbye keeps the disk for any length of time; only a person can take it away.
/// </summary>
public sealed class WayHome(ReturnOptions options, IServerEnd end, ReturnPermit permit, NbdServer nbd, EventJournal journal, DesktopNotices notices, TimeProvider time, ILogger<WayHome> logger, IDiskGate? gate = null, HomeKernel? home = null) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile LeavingStatus? _leaving;
    private WayOut _asked;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>The state for the status report; null if the server must not restart this machine.</summary>
    public ReturnStatus? Status => options.Manage ? new ReturnStatus(WordOf(options.OnCleanEnd), permit.Failed, permit.WhyNot, _leaving) : null;

    /// <summary>The way to the laptop's own system, for a request that names none.</summary>
    public WayOut Home => options.MayKexec ? WayOut.Kexec : WayOut.Restart;

    /// <summary>Makes the laptop leave if it may. A repeated request gets the answer of the first.</summary>
    /// <param name="way">How to leave.</param>
    /// <param name="because">The reason, as one line for people.</param>
    /// <param name="force">True to leave even while a desktop has the disk; what it has not written yet is lost.</param>
    /// <param name="token">Cancels the wait, as long as nothing is decided.</param>
    public async Task<LeaveOutcome> LeaveAsync(WayOut way, string because, bool force, CancellationToken token)
    {
        if (!options.Manage)
        {
            return new LeaveOutcome(null, "this server does not run in the ramdisk and must not restart the machine that it runs on (the setting Return:Manage)", LeaveOutcome.NotManaged);
        }

        await _turn.WaitAsync(token);
        try
        {
            if (_leaving is { } leaving)
            {
                return way == _asked
                    ? new LeaveOutcome(leaving)
                    : new LeaveOutcome(null, $"this laptop is already leaving ({leaving.Action}): {leaving.Because}", LeaveOutcome.LeavingOtherwise);
            }

            return await DecideAsync(way, because, force, token);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The way's name on the control plane.</summary>
    public static string WordOf(WayOut way) => way switch
    {
        WayOut.PowerOff => LeaveWords.PowerOff,
        WayOut.Restart => LeaveWords.Restart,
        WayOut.Kexec => LeaveWords.Kexec,
        _ => LeaveWords.Wait,
    };

    private async Task<LeaveOutcome> DecideAsync(WayOut way, string because, bool force, CancellationToken token)
    {
        if (gate is null && !force && nbd.Connections is [var client, ..])
        {
            return new LeaveOutcome(null, $"the client at {client.Remote} uses the disk: end it; or force the departure, and it loses the disk and everything that it has not written yet", LeaveOutcome.DiskInUse);
        }

        var kernel = way == WayOut.Kexec ? await TryLoadAsync(token) : null;
        if (gate is not null && await gate.CloseForGoodAsync(force) is { } user)
        {
            kernel?.Withdraw();
            return new LeaveOutcome(null, $"the desktop with the key {user.Key} at {user.Desktop} has the disk since {user.Since:u} (session {user.Session[..8]}) and has not said goodbye: " +
                "shut that desktop down; or force the departure, and it loses the disk and everything that it has not written yet", LeaveOutcome.DiskInUse);
        }

        if (gate?.Exports is { Count: > 0 } cut)
        {
            var told = notices.Tell(NoticeKind.Warning, $"the laptop leaves ({WordOf(way)}), and with it this disk: {because}; restart this desktop when it is back");
            await notices.WaitUntilReadAsync(told, cut.Select(export => export.Record.Session));
        }

        // A kernel that could not be loaded is started by the firmware instead.
        _asked = way;
        way = way == WayOut.Kexec && kernel is null ? WayOut.Restart : way;
        Note(way);
        var leaving = _leaving = new LeavingStatus(WordOf(way), because, time.GetUtcNow());
        logger.Leaves(leaving.Action, because);
        journal.Add(EventTopics.Return, "leaving", $"this laptop leaves ({leaving.Action}): {because}");
        end.Order(way, kernel);
        return new LeaveOutcome(leaving);
    }

    // Powering off is not counted: a person starts the machine again and sees what it does.
    private void Note(WayOut way)
    {
        try
        {
            if (way != WayOut.PowerOff)
            {
                permit.Note();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.ReturnNotMarked(e);
        }
    }

    // Loading may fail, for example if the boot files are encrypted or the running kernel refuses the new one; the firmware can always start it.
    private async Task<ILoadedKernel?> TryLoadAsync(CancellationToken token)
    {
        try
        {
            return home is null ? null : await home.LoadAsync(token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.HomeNotLoaded(e);
            return null;
        }
    }
}
