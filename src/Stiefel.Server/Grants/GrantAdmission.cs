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

/// <summary>Whether a session may be given the disk, or read it, now: its key still counts, and no other desktop may be at work.</summary>
public sealed class GrantAdmission(KeyRing keys, NbdServer server, TunnelTable tunnels, ITunnels ways, DesktopPresence presence, DesktopNotices notices)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(TunnelPlan.KeepAliveSeconds + 2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <summary>A turn is given also to a session that was ended, or whose key was revoked, while it waited; what ends one from here on waits for this turn.</summary>
    /// <exception cref="OperationCanceledException">The session was ended.</exception>
    /// <exception cref="RefusalException">Its key was revoked.</exception>
    public void RefuseIfEnded(GrantRequest request, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (!keys.Accepts(request.KeyId))
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, $"the key {request.Key} is accepted no more"));
        }
    }

    /// <summary>The desktop that has the disk keeps it, unless a person at another takes it away: then it is told, while it can be.</summary>
    /// <inheritdoc cref="RefuseIfUsedAsync"/>
    /// <param name="grant">Its grant.</param>
    /// <param name="lastHeard">When a request of it came last: <see cref="ExportSession.LastHeard"/>.</param>
    /// <param name="request">What the other asks for.</param>
    /// <param name="token">Ends the wait.</param>
    public Task TakeAwayAsync(GrantRecord grant, Func<long> lastHeard, GrantRequest request, CancellationToken token) => request.TakeOver
        ? notices.WaitUntilReadAsync(notices.Tell(NoticeKind.Warning, $"another desktop ({request.Peer}, key {request.Key}) takes this disk over: what is not written by now is lost, restart this one", grant.Session), grant.Session)
        : RefuseIfUsedAsync(grant, lastHeard, request.Session, request.Asker, token);

    /// <summary>
    /// A desktop that has the disk keeps it, however long it was not heard of, unless the one who asks is the same machine, started anew: that one cannot go on any
    /// more. An address says nothing of that; nor does a machine's number alone, which may be another one's as well: so the old session must be silent.
    /// </summary>
    /// <param name="grant">The desktop that has it.</param>
    /// <param name="lastHeard">When a request of it came last: <see cref="ExportSession.LastHeard"/>.</param>
    /// <param name="session">The session that asks.</param>
    /// <param name="asker">Which machine that is.</param>
    /// <param name="token">Ends the wait.</param>
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
            ? $"{who}, which {presence.Describe()}: wait for that, or take the disk over if that desktop is switched off"
            : $"{who}: shut that desktop down, or take the disk over");
    }

    /// <summary>The one who asks is the very machine that was granted this, started anew, and nothing is heard of it as it was before.</summary>
    /// <inheritdoc cref="RefuseIfUsedAsync"/>
    public async Task<bool> WasStartedAnewAsync(GrantRecord grant, Func<long> lastHeard, DesktopIdentity asker, CancellationToken token)
    {
        if (lastHeard() >= asker.HelloAt)
        {
            return false;
        }

        if (asker.Boot.Length > 0 && asker.Boot == grant.HardwareBoot)
        {
            // The very run of the client that was granted it tries again: what it would have started never ran.
            return presence.HasOnlyBegun;
        }

        if (asker.Machine.Length == 0 || asker.Machine != grant.Hardware)
        {
            return false;
        }

        // A desktop that is alive says something through its tunnel within this time, also if it asks for nothing.
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

    /// <summary>The last grant was never connected to, as far as this server has seen.</summary>
    public bool WasNeverUsed => presence.HasOnlyBegun;

    /// <summary>A desktop has the disk from now on.</summary>
    /// <param name="label">What its export is called.</param>
    /// <param name="wasConnected">True if a server before this one granted it.</param>
    public void Begin(string label, bool wasConnected) => presence.Begin(label, wasConnected);
}
