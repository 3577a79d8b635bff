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
/// Lets the laptop leave its ramdisk, once, and not while a desktop has its disk: from the decision on nobody is granted it any more. One that is away
/// without a goodbye has it still, however long; only a person can take it away.
/// </summary>
public sealed class WayHome(ReturnOptions options, IServerEnd end, ReturnPermit permit, NbdServer nbd, EventJournal journal, DesktopNotices notices, TimeProvider time, ILogger<WayHome> logger, IDiskGate? gate = null, HomeKernel? home = null) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile LeavingStatus? _leaving;
    private WayOut _asked;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>For the status; null if the machine is not ours to restart.</summary>
    public ReturnStatus? Status => options.Manage ? new ReturnStatus(WordOf(options.OnCleanEnd), permit.Failed, permit.WhyNot, _leaving) : null;

    /// <summary>The way to the laptop's own system, where somebody asks for it.</summary>
    public WayOut Home => options.MayKexec ? WayOut.Kexec : WayOut.Restart;

    /// <summary>Leaves, if that may be. A wish that is repeated has the answer of the first.</summary>
    /// <param name="way">How.</param>
    /// <param name="because">One line for people.</param>
    /// <param name="force">Also while a desktop has the disk: what it has not written yet is lost.</param>
    /// <param name="token">Ends the wait, as long as nothing is decided.</param>
    public async Task<LeaveOutcome> LeaveAsync(WayOut way, string because, bool force, CancellationToken token)
    {
        if (!options.Manage)
        {
            return new LeaveOutcome(null, "this server does not run in the ramdisk: what it runs on is not its to restart (the setting Return:Manage)", LeaveOutcome.NotManaged);
        }

        await _turn.WaitAsync(token);
        try
        {
            if (_leaving is { } leaving)
            {
                return way == _asked
                    ? new LeaveOutcome(leaving)
                    : new LeaveOutcome(null, $"this laptop leaves already ({leaving.Action}): {leaving.Because}", LeaveOutcome.LeavingOtherwise);
            }

            return await DecideAsync(way, because, force, token);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>As the control plane says it.</summary>
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
            return new LeaveOutcome(null, $"the client at {client.Remote} uses the disk: end it; or force it, and it loses the disk, and what it has not written yet", LeaveOutcome.DiskInUse);
        }

        var kernel = way == WayOut.Kexec ? await TryLoadAsync(token) : null;
        if (gate is not null && await gate.CloseForGoodAsync(force) is { } user)
        {
            kernel?.Withdraw();
            return new LeaveOutcome(null, $"the desktop with the key {user.Key} at {user.Desktop} has the disk since {user.Since:u} (session {user.Session[..8]}) and has not said goodbye: " +
                "shut that desktop down; or force it, and it loses the disk, and what it has not written yet", LeaveOutcome.DiskInUse);
        }

        if (gate?.Exports is { Count: > 0 } cut)
        {
            var told = notices.Tell(NoticeKind.Warning, $"the laptop leaves ({WordOf(way)}), and with it this disk: {because}; restart this desktop when it is back");
            await notices.WaitUntilReadAsync(told, cut.Select(export => export.Record.Session));
        }

        // The firmware starts what cannot be started at once.
        _asked = way;
        way = way == WayOut.Kexec && kernel is null ? WayOut.Restart : way;
        Note(way);
        var leaving = _leaving = new LeavingStatus(WordOf(way), because, time.GetUtcNow());
        logger.Leaves(leaving.Action, because);
        journal.Add(EventTopics.Return, "leaving", $"this laptop leaves ({leaving.Action}): {because}");
        end.Order(way, kernel);
        return new LeaveOutcome(leaving);
    }

    // A machine that is switched off is started by a person, who sees what comes.
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

    // Encrypted boot files, say, or a kernel that this one may not start: the firmware can always.
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
