using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Notices;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Desktops;
using Stiefel.Server.Keys;
using Stiefel.Server.Notices;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>Decides whether a session may be given the disk, or read it, now: its key must still be accepted, and no other desktop may be using the disk.</summary>
public sealed class GrantAdmission(KeyRing keys, NbdServer server, TunnelTable tunnels, ITunnels ways, DesktopPresence presence, DesktopNotices notices)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(TunnelPlan.KeepAliveSeconds + 2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <summary>Refuses a session that was ended, or whose key was revoked, while it waited for its turn. An end that comes later waits for this turn.</summary>
    /// <exception cref="OperationCanceledException">The session was ended.</exception>
    /// <exception cref="RefusalException">Its key was revoked.</exception>
    public void RefuseIfEnded(GrantRequest request, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (!keys.Accepts(request.KeyId))
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, $"the key {request.Key} is no longer accepted"));
        }
    }

    /// <summary>Refuses the request while a desktop has the disk, unless a person at the other desktop takes it over; the first desktop is then warned if it can be reached.</summary>
    /// <inheritdoc cref="RefuseIfUsedAsync"/>
    /// <param name="grant">The grant of the desktop that has the disk.</param>
    /// <param name="lastHeard">When its last request arrived: <see cref="ExportSession.LastHeard"/>.</param>
    /// <param name="request">The other desktop's request.</param>
    /// <param name="token">Cancels the wait.</param>
    public Task TakeAwayAsync(GrantRecord grant, Func<long> lastHeard, GrantRequest request, CancellationToken token) => request.TakeOver
        ? notices.WaitUntilReadAsync(notices.Tell(NoticeKind.Warning, $"another desktop ({request.Peer}, key {request.Key}) is taking this disk over: anything not written yet is lost; restart this desktop", grant.Session), grant.Session)
        : RefuseIfUsedAsync(grant, lastHeard, request.Session, request.Asker, token);

    /// <summary>
    /// A desktop that has the disk keeps it, however long it has been silent, unless the same machine asks after a restart: its earlier run cannot continue.
    /// An address proves nothing, and two machines may report the same machine number; so the old session must be silent as well.
    /// </summary>
    /// <param name="grant">The desktop that has it.</param>
    /// <param name="lastHeard">When its last request arrived: <see cref="ExportSession.LastHeard"/>.</param>
    /// <param name="session">The session that asks.</param>
    /// <param name="asker">The machine of that session.</param>
    /// <param name="token">Cancels the wait.</param>
    /// <exception cref="DiskInUseException">Another desktop than this one is connected to the disk, or may come back to it.</exception>
    public async Task RefuseIfUsedAsync(GrantRecord grant, Func<long> lastHeard, string session, DesktopIdentity asker, CancellationToken token)
    {
        var connection = server.Connections.FirstOrDefault(connection => connection.ExportName == grant.ExportName);
        if (grant.Session == session ? connection is null : await WasStartedAnewAsync(grant, lastHeard, asker, token))
        {
            return;
        }

        var who = $"the disk is in use by the desktop with the key {grant.Key} at {(connection is null ? grant.Desktop : tunnels.DesktopAt(connection.Remote))} since {grant.Since:u} (session {grant.Session[..8]})";
        throw new DiskInUseException(connection is null
            ? $"{who}, which {presence.Describe()}: wait for it, or take the disk over if that desktop is switched off"
            : $"{who}: shut that desktop down, or take the disk over");
    }

    /// <summary>True if the asking machine is the one that holds this grant, has been restarted, and its earlier run is silent.</summary>
    /// <inheritdoc cref="RefuseIfUsedAsync"/>
    public async Task<bool> WasStartedAnewAsync(GrantRecord grant, Func<long> lastHeard, DesktopIdentity asker, CancellationToken token)
    {
        if (lastHeard() >= asker.HelloAt)
        {
            return false;
        }

        if (asker.Boot.Length > 0 && asker.Boot == grant.HardwareBoot)
        {
            // The same run of the client that was granted the disk tries again, so the system that it was to start never ran.
            return presence.HasOnlyBegun;
        }

        if (asker.Machine.Length == 0 || asker.Machine != grant.Hardware)
        {
            return false;
        }

        // A live desktop sends something through its tunnel within this time (WireGuard's keepalive), even if it is idle.
        var before = ways.ReceivedFrom(grant.ToTunnelUser());
        for (var waited = TimeSpan.Zero; ways.AreUsed && waited < s_silence; waited += s_look)
        {
            await Task.Delay(s_look, token);
            if (ways.ReceivedFrom(grant.ToTunnelUser()) != before)
            {
                return false;
            }
        }

        return lastHeard() < asker.HelloAt;
    }

    /// <summary>True if this server has seen no connection under the last grant.</summary>
    public bool WasNeverUsed => presence.HasOnlyBegun;

    /// <summary>Starts watching a desktop that has just been given the disk.</summary>
    /// <param name="label">The export's label.</param>
    /// <param name="wasConnected">True if a server before this one granted it.</param>
    public void Begin(string label, bool wasConnected) => presence.Begin(label, wasConnected);
}
