using System.Net;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Boot;
using Stiefel.Server.Keys;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>Whether a session may be given the disk, or read it, now: its key still counts, and no other desktop may be at work.</summary>
public sealed class GrantAdmission(KeyRing keys, NbdServer server, TunnelTable tunnels, DesktopPresence presence)
{
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

    /// <summary>A desktop that starts again at the same address is not at work any more, whatever its old connection says.</summary>
    /// <exception cref="DiskInUseException">Another desktop than this one is connected to the disk, or may come back to it.</exception>
    public void RefuseIfUsed(GrantRecord grant, IPAddress peer, string session)
    {
        foreach (var connection in server.Connections.Where(connection => connection.ExportName == grant.ExportName))
        {
            var remote = tunnels.DesktopAt(connection.Remote);
            if (IPAddress.IsLoopback(remote) || !remote.Equals(peer))
            {
                throw new DiskInUseException($"the disk is in use by the desktop with the key {grant.Key} at {remote} since {grant.Since:u} (session {grant.Session[..8]}): " +
                    "shut that desktop down, or take the disk over");
            }
        }

        if (grant.Session == session)
        {
            return;
        }

        var isSame = IPAddress.TryParse(grant.Desktop, out var address) && address.Equals(peer) && !IPAddress.IsLoopback(peer);
        if (!isSame && presence.WhatItMayDo() is { } use)
        {
            throw new DiskInUseException($"the disk is in use by the desktop with the key {grant.Key} at {grant.Desktop} since {grant.Since:u} (session {grant.Session[..8]}), which {use}: " +
                "wait for that, or take the disk over if that desktop is switched off");
        }
    }

    /// <summary>A desktop has the disk from now on.</summary>
    /// <param name="label">What its export is called.</param>
    /// <param name="wasConnected">True if a server before this one granted it.</param>
    public void Begin(string label, bool wasConnected) => presence.Begin(label, wasConnected);
}
