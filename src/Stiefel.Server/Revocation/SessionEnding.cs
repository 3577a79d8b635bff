using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.Revocation;

/// <summary>Ends sessions for good: they are unknown, their transfers break off, and what they were granted is fenced and void.</summary>
public sealed class SessionEnding(SessionTable sessions, IDiskGate gate, DesktopLog desktops, ILogger<SessionEnding> logger)
{
    private const string Revoked = "its key was revoked";

    /// <summary>
    /// The quick part of <see cref="OfKeyAsync"/>, which waits for no disk: the key's sessions are unknown, and no grant can follow. What they were granted stays.
    /// </summary>
    public void CutOffKey(string keyId) => CutOff(s => s.KeyId == keyId, Revoked);

    /// <summary>All sessions of a key that is accepted no more.</summary>
    public Task OfKeyAsync(string keyId) => EndAsync(s => s.KeyId == keyId, grant => grant.KeyId == keyId, Revoked);

    /// <summary>One session.</summary>
    /// <param name="id">32 hexadecimal digits.</param>
    /// <returns>False if there is none of that name, nor a grant of it.</returns>
    public Task<bool> OfIdAsync(string id) => EndAsync(s => s.Id == id, grant => grant.Session == id, "ended by the laptop's owner");

    // First the sessions, so that no grant can follow; then the grant.
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
