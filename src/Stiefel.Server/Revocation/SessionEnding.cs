using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.Revocation;

/// <summary>Ends sessions for good: they become unknown, their transfers break off, and their grants are fenced and void.</summary>
public sealed class SessionEnding(SessionTable sessions, IDiskGate gate, DesktopLog desktops, ILogger<SessionEnding> logger)
{
    private const string Revoked = "its key was revoked";

    /// <summary>
    /// The quick part of <see cref="OfKeyAsync"/>, which does not wait for the disk: ends the key's sessions, so that no new grant can follow; existing grants stay.
    /// </summary>
    public void CutOffKey(string keyId) => CutOff(s => s.KeyId == keyId, Revoked);

    /// <summary>Ends all sessions and grants of a revoked key.</summary>
    public Task OfKeyAsync(string keyId) => EndAsync(s => s.KeyId == keyId, grant => grant.KeyId == keyId, Revoked);

    /// <summary>Ends one session and its grant.</summary>
    /// <param name="id">32 hexadecimal digits.</param>
    /// <returns>False if there is no such session and no grant of it.</returns>
    public Task<bool> OfIdAsync(string id) => EndAsync(s => s.Id == id, grant => grant.Session == id, "ended by the laptop's owner");

    // End the sessions first, so that no grant can follow; then the grant.
    private async Task<bool> EndAsync(Predicate<BootSession> session, Predicate<GrantRecord> grant, string why)
    {
        var ended = CutOff(session, why);
        return await gate.EndAsync(grant) is not null || ended > 0;
    }

    private int CutOff(Predicate<BootSession> session, string why)
    {
        var ended = sessions.End(session);
        foreach (var one in ended.Where(s => s.IsConfirmed))
        {
            logger.SessionEnded(one.Id, one.Peer, why);
            desktops.Add(one.Peer, "ended", $"session {one.Id} was ended: {why}");
        }

        return ended.Count;
    }
}
