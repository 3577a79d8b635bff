using Stiefel.Server.Status;

namespace Stiefel.Server.Boot.Sessions;

/// <summary>Ends sessions for good: they are unknown, their transfers break off, and what they were granted is fenced and void.</summary>
public sealed class SessionEnding(SessionTable sessions, DiskGate gate, MachineLog machines, ILogger<SessionEnding> logger)
{
    /// <summary>All sessions of a key that is accepted no more.</summary>
    public Task OfKeyAsync(string keyId) => EndAsync(s => s.KeyId == keyId, grant => grant.KeyId == keyId, "its key was revoked");

    /// <summary>One session.</summary>
    /// <param name="id">32 hexadecimal digits.</param>
    /// <returns>False if there is none of that name, nor a grant of it.</returns>
    public Task<bool> OfIdAsync(string id) => EndAsync(s => s.Id == id, grant => grant.Session == id, "ended by the laptop's owner");

    // First the sessions, so that no grant can follow; then the grant.
    private async Task<bool> EndAsync(Predicate<BootSession> session, Predicate<GrantRecord> grant, string why)
    {
        var ended = sessions.End(session);
        var record = await gate.EndAsync(grant);
        foreach (var one in ended.Where(s => s.IsConfirmed))
        {
            logger.SessionEnded(one.Id, one.Peer, why);
            machines.Add(one.Peer, "ended", $"session {one.Id} was ended: {why}");
        }

        return ended.Count > 0 || record is not null;
    }
}
