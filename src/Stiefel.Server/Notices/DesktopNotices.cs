using Stiefel.Linux.Kernel;
using Stiefel.Nbd.Negotiation;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;

namespace Stiefel.Server.Notices;

/// <summary>
/// What desktops that use the disk are told (docs/protocol.md#notices): each asks for what comes after the last notice that it has, and waits for it. So
/// nobody who tells something waits for a desktop, unless he wants to, and a desktop that comes back misses nothing that is kept. Thread-safe.
/// </summary>
/// <param name="milliseconds">A clock that rises as long as this kernel runs, no grant outlives which: so a server that was started again goes on above.</param>
public sealed class DesktopNotices(Func<ulong> milliseconds)
{
    /// <summary>Notices that are kept.</summary>
    public const int MaxKept = 16;

    // As many desktops as may have a snapshot each, and some that had.
    private const int MaxReaders = 128;

    // One that asked so lately, in milliseconds, asks again.
    private const long ReadsWithin = 30_000;

    // Shorter than what a desktop waits for an answer.
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(20);

    // A desktop that reads has it within a blink; what waits for that is somebody who wants the disk.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<KeptNotice> _kept = new();
    private readonly Dictionary<string, NoticeReader> _readers = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KeptNotice? _standing;
    private ulong _last;

    /// <summary>By this machine's clock.</summary>
    public DesktopNotices()
        : this(() => (ulong)BootClock.Now.TotalMilliseconds)
    {
    }

    /// <summary>Tells all desktops how things stand from now on; one that comes later is told that first.</summary>
    public void TellStanding(NoticeKind kind, string text)
    {
        lock (_lock)
        {
            _standing = Keep(kind, text, session: null);
        }
    }

    /// <summary>Tells something once.</summary>
    /// <param name="kind">What is to be done about it.</param>
    /// <param name="text">One line for people.</param>
    /// <param name="session">The desktop's; null for all.</param>
    /// <returns>Its number.</returns>
    public ulong Tell(NoticeKind kind, string text, string? session = null)
    {
        lock (_lock)
        {
            return Keep(kind, text, session).Notice.Number;
        }
    }

    /// <summary>Waits a moment until these desktops have it, as far as they read at all.</summary>
    /// <param name="number">What was told.</param>
    /// <param name="sessions">Their own.</param>
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

    /// <summary>Answers a desktop's question, on its connection's thread: as soon as there is something, or with nothing in the end.</summary>
    /// <param name="session">The session of the grant whose capability was named, 32 hexadecimal digits.</param>
    /// <param name="key">The key of its goodbye, in hexadecimal digits; empty if its client knew none.</param>
    /// <param name="question">Not verified yet.</param>
    public NoticeAnswer Answer(string session, string key, NoticeQuestion question)
    {
        var secret = Convert.FromHexString(key);
        if (secret.Length == 0 || !SessionId.TryParse(session, out var id) || !SessionNotices.IsProof(question.Proof.Span, secret, id, question.Number, question.After))
        {
            return NoticeAnswer.Refused("this is no question of that session");
        }

        return WaitFor(session, question) is { } notices
            ? NoticeAnswer.Of(Seal(secret, id, question, notices))
            : NoticeAnswer.Refused("the number of a question must be above those of all before");
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

    /// <summary>Null if the question is an old one. One that is asked while another of its desktop's waits takes that one's place.</summary>
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

    // What was told before a desktop came is past, but for how things stand.
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
