using System.Diagnostics.CodeAnalysis;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Sessions;

/// <summary>
/// The sessions of this server's life. Pending and confirmed ones are bounded apart, so that recorded hellos, of which
/// anybody on the link can send thousands, push out nobody who is really there.
/// </summary>
public sealed class SessionTable : IDisposable
{
    /// <summary>Most sessions that have proved nothing yet.</summary>
    public const int MaxPending = 64;
    /// <summary>Most sessions that have proved themselves.</summary>
    public const int MaxConfirmed = 64;

    private readonly Lock _lock = new();
    private readonly List<BootSession> _pending = new(MaxPending);
    private readonly List<BootSession> _confirmed = new(MaxConfirmed);

    /// <summary>Those whose desktop is known to be there, oldest first.</summary>
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

    /// <summary>Takes in a session after its hello; the oldest pending one makes room.</summary>
    public void Add(BootSession session)
    {
        BootSession? evicted;
        lock (_lock)
        {
            evicted = AddWithin(_pending, session, MaxPending);
        }

        evicted?.End();
    }

    /// <summary>Does a request claim to be of a session that is here? Nothing is verified yet.</summary>
    public bool Knows(ReadOnlySpan<byte> sealedRequest) => RequestOpener.TryReadSessionId(sealedRequest, out var id) && Find(id) is not null;

    /// <summary>Opens a request of a known session, genuine, for this path, and newer than all before; what else was wrong is not told.</summary>
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

    /// <summary>Ends and forgets sessions.</summary>
    /// <returns>Those that were ended.</returns>
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
            // Not if it was ended meanwhile.
            if (_pending.Remove(session))
            {
                evicted = AddWithin(_confirmed, session, MaxConfirmed);
            }
        }

        evicted?.End();
    }

    /// <returns>
    /// The oldest if there was no room, to be ended: it asks for nothing more, and what it is being sent breaks off, since nobody who ends sessions finds
    /// it here any more. The capability of a granted one is the gate's and stays.
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
