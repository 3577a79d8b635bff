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

    /// <summary>Connections that sent a genuine hello, which may be a recording, and nothing yet that only its owner can send.</summary>
    public const int MaxGreeted = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _strangers = new();
    private readonly LinkedList<ConnectionContext> _greeted = new();

    /// <summary>A connection begins; disposing of the result says that it has ended.</summary>
    public ConnectionStanding Begin(ConnectionContext connection)
    {
        ConnectionContext? pushedOut;
        var node = new LinkedListNode<ConnectionContext>(connection);
        lock (_lock)
        {
            pushedOut = AddWithin(_strangers, node, MaxStrangers);
        }

        PushOut(pushedOut);
        return new ConnectionStanding(this, node);
    }

    /// <summary>From now on it makes room for others that sent a hello, and not for strangers.</summary>
    internal void Greet(LinkedListNode<ConnectionContext> node)
    {
        ConnectionContext? pushedOut = null;
        lock (_lock)
        {
            // Not if it has proved more, or was pushed out meanwhile.
            if (node.List == _strangers)
            {
                _strangers.Remove(node);
                pushedOut = AddWithin(_greeted, node, MaxGreeted);
            }
        }

        PushOut(pushedOut);
    }

    internal void Forget(LinkedListNode<ConnectionContext> node)
    {
        lock (_lock)
        {
            node.List?.Remove(node);
        }
    }

    private static ConnectionContext? AddWithin(LinkedList<ConnectionContext> list, LinkedListNode<ConnectionContext> node, int most)
    {
        list.AddLast(node);
        if (list.Count <= most)
        {
            return null;
        }

        var oldest = list.First!.Value;
        list.RemoveFirst();
        return oldest;
    }

    private static void PushOut(ConnectionContext? connection) => connection?.Abort(new ConnectionAbortedException("too many connections without a key"));
}

/// <summary>Whether a connection is a stranger's; on the connection's features.</summary>
public sealed class ConnectionStanding(ConnectionBudget budget, LinkedListNode<ConnectionContext> node) : IDisposable
{
    /// <summary>The peer sent a hello of a holder of a key, perhaps a recorded one.</summary>
    public void Greet() => budget.Greet(node);

    /// <summary>The peer holds a key: nobody pushes it out.</summary>
    public void Prove() => budget.Forget(node);

    /// <inheritdoc/>
    public void Dispose() => budget.Forget(node);
}
