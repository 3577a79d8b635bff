using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Notices;

/// <summary>A desktop that asks for notices. Used under a lock.</summary>
/// <param name="session">The desktop's session.</param>
/// <param name="since">The number of the last notice before the desktop came.</param>
internal sealed class NoticeReader(string session, ulong since)
{
    private readonly List<(ulong Number, TaskCompletionSource Taken)> _waiters = [];
    private NoticeQuestion? _question;

    public string Session => session;

    public ulong Since => since;

    /// <summary>When the desktop asked last, by <see cref="Environment.TickCount64"/>.</summary>
    public long LastAsked { get; private set; }

    /// <summary>Accepts the desktop's newest request, or the one that is already waiting; it confirms the notices up to the number that it asks after.</summary>
    /// <param name="question">A request whose proof is verified.</param>
    /// <param name="replaces">Called when the request replaces one that may still be waiting.</param>
    public bool TryContinue(NoticeQuestion question, Action replaces)
    {
        if (ReferenceEquals(question, _question))
        {
            return true;
        }

        if (_question is { } before)
        {
            if (question.Number <= before.Number)
            {
                return false;
            }

            replaces();
        }

        (_question, LastAsked) = (question, Environment.TickCount64);
        foreach (var (number, taken) in _waiters)
        {
            if (number <= question.After)
            {
                taken.TrySetResult();
            }
        }

        _waiters.RemoveAll(waiter => waiter.Taken.Task.IsCompleted);
        return true;
    }

    /// <summary>Completes when the desktop asks for notices after that one, and so has it.</summary>
    public Task WhenItHas(ulong number)
    {
        if (_question?.After >= number)
        {
            return Task.CompletedTask;
        }

        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add((number, taken));
        return taken.Task;
    }
}
