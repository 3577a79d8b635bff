using System.Diagnostics.CodeAnalysis;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Sessions;

/// <summary>
/// The sessions of this run of the server. Pending and confirmed ones have separate limits: anyone on the link can send
/// thousands of recorded hellos, and these must not push out a desktop that is really there.
/// </summary>
public sealed class SessionTable : IDisposable
{
    /// <summary>The most sessions that have proved nothing yet.</summary>
    public const int MaxPending = 64;
    /// <summary>The most sessions that have proved themselves.</summary>
    public const int MaxConfirmed = 64;

    private readonly Lock _lock = new();
    private readonly List<BootSession> _pending = new(MaxPending);
    private readonly List<BootSession> _confirmed = new(MaxConfirmed);

    /// <summary>The sessions whose desktop is known to be present, oldest first.</summary>
    public IReadOnlyList<BootSession> Confirmed
    {
        get
        {
            lock (_lock)
            {
                return [.. _confirmed];
            }
        }
    }

    /// <summary>Adds a session after its hello; ends the oldest pending one if there is no room.</summary>
    public void Add(BootSession session)
    {
        BootSession? evicted;
        lock (_lock)
        {
            evicted = AddWithin(_pending, session, MaxPending);
        }

        evicted?.End();
    }

    /// <summary>True if a request names a session of this table; nothing is verified yet.</summary>
    public bool Knows(ReadOnlySpan<byte> sealedRequest) => RequestOpener.TryReadSessionId(sealedRequest, out var id) && Find(id) is not null;

    /// <summary>Opens a request that is genuine, for this path, from a known session, and newer than all before; the reason of a failure is not revealed.</summary>
    public bool TryOpen(string path, ReadOnlySpan<byte> sealedRequest, [NotNullWhen(true)] out OpenedRequest? request)
    {
        request = null;
        if (!RequestOpener.TryReadSessionId(sealedRequest, out var id) || Find(id) is not { } session
            || !session.Opener.TryOpen(path, sealedRequest, out var body, out var answerKey))
        {
            return false;
        }

        var isFirst = session.Confirm();
        if (isFirst)
        {
            MoveToConfirmed(session);
        }

        request = new OpenedRequest(session, body, answerKey, isFirst);
        return true;
    }

    /// <summary>Ends and forgets the sessions that match.</summary>
    /// <returns>The sessions that were ended.</returns>
    public IReadOnlyList<BootSession> End(Predicate<BootSession> which)
    {
        List<BootSession> ended;
        lock (_lock)
        {
            ended = [.. _confirmed.FindAll(which), .. _pending.FindAll(which)];
            _confirmed.RemoveAll(which);
            _pending.RemoveAll(which);
        }

        ended.ForEach(s => s.End());
        return ended;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _pending.ForEach(s => s.Dispose());
            _confirmed.ForEach(s => s.Dispose());
        }
    }

    private BootSession? Find(SessionId id)
    {
        lock (_lock)
        {
            return _confirmed.Find(s => s.SessionId == id) ?? _pending.Find(s => s.SessionId == id);
        }
    }

    private void MoveToConfirmed(BootSession session)
    {
        BootSession? evicted = null;
        lock (_lock)
        {
            // A session that was ended meanwhile is not pending any more and stays ended.
            if (_pending.Remove(session))
            {
                evicted = AddWithin(_confirmed, session, MaxConfirmed);
            }
        }

        evicted?.End();
    }

    /// <returns>
    /// The oldest session if there was no room; the caller must end it, because ending sessions by key or id does not find
    /// it here any more. A grant that it holds belongs to the gate and stays.
    /// </returns>
    private static BootSession? AddWithin(List<BootSession> sessions, BootSession session, int most)
    {
        BootSession? evicted = null;
        if (sessions.Count == most)
        {
            evicted = sessions[0];
            sessions.RemoveAt(0);
        }

        sessions.Add(session);
        return evicted;
    }
}
