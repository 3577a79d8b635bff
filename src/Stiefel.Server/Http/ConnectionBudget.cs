using Microsoft.AspNetCore.Connections;

namespace Stiefel.Server.Http;

/// <summary>
/// Anybody on the link can hold connections open. So that no number of them keeps a desktop out, the oldest of those that have
/// shown no key makes room for the next: who has a key shows it within milliseconds. Thread-safe.
/// </summary>
public sealed class ConnectionBudget
{
    /// <summary>Connections of strangers, on all planes together.</summary>
    public const int MaxStrangers = 128;

    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _strangers = new();

    /// <summary>A connection begins; disposing of the result says that it has ended.</summary>
    public ConnectionStanding Begin(ConnectionContext connection)
    {
        ConnectionContext? pushedOut = null;
        LinkedListNode<ConnectionContext> node;
        lock (_lock)
        {
            node = _strangers.AddLast(connection);
            if (_strangers.Count > MaxStrangers)
            {
                pushedOut = _strangers.First!.Value;
                _strangers.RemoveFirst();
            }
        }

        pushedOut?.Abort(new ConnectionAbortedException("too many connections without a key"));
        return new ConnectionStanding(this, node);
    }

    internal void Forget(LinkedListNode<ConnectionContext> node)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _strangers.Remove(node);
            }
        }
    }
}

/// <summary>Whether a connection is a stranger's; on the connection's features.</summary>
public sealed class ConnectionStanding(ConnectionBudget budget, LinkedListNode<ConnectionContext> node) : IDisposable
{
    /// <summary>Whoever is at the other end holds a key: nobody pushes it out.</summary>
    public void Prove() => budget.Forget(node);

    public void Dispose() => budget.Forget(node);
}
