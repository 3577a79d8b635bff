using Stiefel.Linux.Kernel;
using Stiefel.Nbd.Negotiation;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;

namespace Stiefel.Server.Notices;

/// <summary>
/// The notices for desktops that use the disk (docs/protocol.md#notices): each asks for those after the last one that it has, and waits for them. So
/// sending a notice never has to wait for a desktop, and a desktop that comes back misses none that is still kept. Thread-safe.
/// </summary>
/// <param name="milliseconds">A clock that only rises while this kernel runs: numbers continue above the old ones when the server restarts, and no grant outlives the kernel.</param>
public sealed class DesktopNotices(Func<ulong> milliseconds)
{
    /// <summary>The most notices that are kept.</summary>
    public const int MaxKept = 16;

    // Room for all desktops that may have a snapshot each, and for some that had one.
    private const int MaxReaders = 128;

    // A desktop that asked within this time, in milliseconds, is expected to ask again.
    private const long ReadsWithin = 30_000;

    // Shorter than the time that a desktop waits for an answer.
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(20);

    // Short, because another desktop may be waiting for the disk; a desktop that reads its notices has them almost at once.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<KeptNotice> _kept = new();
    private readonly Dictionary<string, NoticeReader> _readers = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KeptNotice? _standing;
    private ulong _last;

    /// <summary>Numbers notices by the time since this machine was started.</summary>
    public DesktopNotices()
        : this(() => (ulong)BootClock.Now.TotalMilliseconds)
    {
    }

    /// <summary>Tells all desktops the present state; a desktop that comes later is told it first.</summary>
    public void TellStanding(NoticeKind kind, string text)
    {
        lock (_lock)
        {
            _standing = Keep(kind, text, session: null);
        }
    }

    /// <summary>Sends a notice once.</summary>
    /// <param name="kind">What the desktop should do about it.</param>
    /// <param name="text">One line for people.</param>
    /// <param name="session">The desktop's session; null for all desktops.</param>
    /// <returns>The notice's number.</returns>
    public ulong Tell(NoticeKind kind, string text, string? session = null)
    {
        lock (_lock)
        {
            return Keep(kind, text, session).Notice.Number;
        }
    }

    /// <summary>Waits a moment until these desktops have a notice; ignores those that do not ask for notices.</summary>
    /// <param name="number">The notice's number.</param>
    /// <param name="sessions">The desktops' sessions.</param>
    public async Task WaitUntilReadAsync(ulong number, params IEnumerable<string> sessions)
    {
        Task taken;
        lock (_lock)
        {
            taken = Task.WhenAll(sessions.Select(session => _readers.GetValueOrDefault(session)).OfType<NoticeReader>()
                .Where(reader => Environment.TickCount64 - reader.LastAsked < ReadsWithin).Select(reader => reader.WhenItHas(number)));
        }

        await taken.WaitAsync(s_patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Answers a desktop's request on its connection's thread: as soon as there is a notice, or with none after a while.</summary>
    /// <param name="session">The session of the grant whose capability was named, 32 hexadecimal digits.</param>
    /// <param name="key">The key of the session's goodbye, in hexadecimal digits; empty if its client has none.</param>
    /// <param name="question">The request, not verified yet.</param>
    public NoticeAnswer Answer(string session, string key, NoticeQuestion question)
    {
        var secret = Convert.FromHexString(key);
        if (secret.Length == 0 || !SessionId.TryParse(session, out var id) || !SessionNotices.IsProof(question.Proof.Span, secret, id, question.Number, question.After))
        {
            return NoticeAnswer.Refused("this request for notices does not belong to that session");
        }

        return WaitFor(session, question) is { } notices
            ? NoticeAnswer.Of(Seal(secret, id, question, notices))
            : NoticeAnswer.Refused("the number of a request for notices must be higher than all earlier ones");
    }

    private static List<byte[]> Seal(byte[] key, SessionId session, NoticeQuestion question, IReadOnlyList<Notice> notices)
    {
        var (crossing, previous) = (new List<byte[]>(), question.After);
        foreach (var notice in notices)
        {
            crossing.Add(SessionNotices.Seal(key, session, question.Number, previous, notice));
            previous = notice.Number;
        }

        return crossing;
    }

    /// <summary>Waits for notices; null if the request is an old one. A new request of the same desktop replaces one that is waiting.</summary>
    private List<Notice>? WaitFor(string session, NoticeQuestion question)
    {
        for (var end = Environment.TickCount64 + (long)s_hold.TotalMilliseconds; ;)
        {
            Task news;
            lock (_lock)
            {
                var reader = ReaderOf(session);
                if (!reader.TryContinue(question, replaces: WakeReaders))
                {
                    return null;
                }

                var notices = After(reader, question.After);
                if (notices.Count > 0 || Environment.TickCount64 >= end)
                {
                    return notices;
                }

                news = _news.Task;
            }

            _ = news.Wait((int)Math.Clamp(end - Environment.TickCount64, 0, (long)s_hold.TotalMilliseconds));
        }
    }

    // A desktop that just came gets no earlier notices except the present state.
    private List<Notice> After(NoticeReader reader, ulong number)
    {
        var isNew = number == 0;
        var since = isNew ? reader.Since : number;
        var first = isNew && _standing is { } standing && standing.Notice.Number <= since ? [standing.Notice] : Array.Empty<Notice>();
        return [.. first.Concat(_kept.Where(kept => kept.Notice.Number > since && (kept.Session ?? reader.Session) == reader.Session).Select(kept => kept.Notice))
            .Take(SessionNotices.MaxInAnswer)];
    }

    private KeptNotice Keep(NoticeKind kind, string text, string? session)
    {
        _last = Math.Max(_last + 1, milliseconds());
        var kept = new KeptNotice(new Notice(_last, kind, text), session);
        _kept.Enqueue(kept);
        if (_kept.Count > MaxKept)
        {
            _kept.Dequeue();
        }

        WakeReaders();
        return kept;
    }

    private NoticeReader ReaderOf(string session)
    {
        if (!_readers.TryGetValue(session, out var reader))
        {
            if (_readers.Count == MaxReaders)
            {
                _readers.Remove(_readers.Values.MinBy(one => one.LastAsked)!.Session);
            }

            _readers[session] = reader = new NoticeReader(session, since: _last);
        }

        return reader;
    }

    private void WakeReaders()
    {
        var news = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        news.SetResult();
    }

    private sealed record KeptNotice(Notice Notice, string? Session);
}
