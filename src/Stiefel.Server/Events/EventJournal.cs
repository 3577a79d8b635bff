using System.Globalization;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Events;

/// <summary>
/// Keeps recent events in one order for all readers: each event has a number, and a reader asks for those after the last one that it has seen.
/// So a reader that comes back misses none that is still kept, readers cost no memory, and adding an event never waits for them. Thread-safe.
/// </summary>
public sealed class EventJournal(TimeProvider time)
{
    /// <summary>The most events that are kept.</summary>
    public const int MaxEvents = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<NotedEvent> _events = new();

    // Numbers start over with each run of the server, so an id also names its run.
    private readonly string _run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;

    /// <summary>The number of the newest event; 0 if there is none yet.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>Adds an event.</summary>
    /// <param name="topic">One of <see cref="EventTopics"/>.</param>
    /// <param name="stage">One word for programs.</param>
    /// <param name="text">One line for people.</param>
    /// <param name="machine">The desktop's address, if it is about one.</param>
    public void Add(string topic, string stage, string text, string? machine = null)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            _last++;
            _events.Enqueue(new NotedEvent(_last, new ServerEvent(IdOf(_last), time.GetUtcNow(), topic, stage, machine, text)));
            if (_events.Count > MaxEvents)
            {
                _events.Dequeue();
            }

            (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        news.SetResult();
    }

    /// <summary>The number in an id of <see cref="ServerEvent"/>; 0, which is before all events, if the id is not from this run.</summary>
    public long NumberOf(string? id) =>
        id?.Split('-') is [var run, var number] && run == _run && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= Last
            ? value
            : 0;

    /// <summary>Events after a number, oldest first.</summary>
    /// <param name="number">The number of the last event that is known; 0 for none.</param>
    /// <param name="most">The most events to return.</param>
    /// <param name="missed">How many events between that number and the first returned one are no longer kept; 0 if the number is 0.</param>
    public IReadOnlyList<NotedEvent> ReadAfter(long number, int most, out long missed)
    {
        lock (_lock)
        {
            List<NotedEvent> news = [.. _events.SkipWhile(noted => noted.Number <= number).Take(most)];
            missed = number > 0 && news.Count > 0 ? news[0].Number - number - 1 : 0;
            return news;
        }
    }

    /// <summary>Completes when there is an event after this number.</summary>
    public Task WaitAfter(long number)
    {
        lock (_lock)
        {
            return _last > number ? Task.CompletedTask : _news.Task;
        }
    }

    /// <summary>The id of an event of this run.</summary>
    public string IdOf(long number) => $"{_run}-{number}";
}
