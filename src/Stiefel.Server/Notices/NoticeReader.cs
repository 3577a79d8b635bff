using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Notices;

/// <summary>A desktop that asks for notices. Used under a lock.</summary>
/// <param name="session">Its own.</param>
/// <param name="since">The last notice before it came.</param>
internal sealed class NoticeReader(string session, ulong since)
{
    private readonly List<(ulong Number, TaskCompletionSource Taken)> _waiters = [];
    private NoticeQuestion? _question;

    public string Session => session;

    public ulong Since => since;

    /// <summary>When it asked last, in milliseconds.</summary>
    public long LastAsked { get; private set; }

    /// <summary>This is its newest question, or the one that it waits with already. What it asks after, it has.</summary>
    /// <param name="question">Its proof was right.</param>
    /// <param name="replaces">Told when one is replaced that may wait still.</param>
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

    /// <summary>Completes when it asks for what comes after that notice.</summary>
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
