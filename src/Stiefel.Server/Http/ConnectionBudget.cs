using Microsoft.AspNetCore.Connections;

namespace Stiefel.Server.Http;

/// <summary>
/// Anyone on the link can hold connections open. So that they cannot keep a desktop out, the oldest connection that has
/// proved no key is closed to make room for the next; a client with a key proves it within milliseconds. Thread-safe.
/// </summary>
public sealed class ConnectionBudget
{
    /// <summary>The most connections of strangers, on all planes together.</summary>
    public const int MaxStrangers = 128;

    /// <summary>The most connections that have sent a genuine hello, which may be a recording, but no proof yet.</summary>
    public const int MaxGreeted = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _strangers = new();
    private readonly LinkedList<ConnectionContext> _greeted = new();

    /// <summary>Registers a connection; disposing of the result unregisters it.</summary>
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

    /// <summary>Counts the connection among those that sent a hello, so that strangers no longer push it out.</summary>
    internal void Greet(LinkedListNode<ConnectionContext> node)
    {
        ConnectionContext? pushedOut = null;
        lock (_lock)
        {
            // Skip a connection that has proved its key or was pushed out meanwhile.
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

/// <summary>What a connection has proved so far; a feature of the connection.</summary>
public sealed class ConnectionStanding(ConnectionBudget budget, LinkedListNode<ConnectionContext> node) : IDisposable
{
    /// <summary>Notes that the peer sent a genuine hello, which may be a recording.</summary>
    public void Greet() => budget.Greet(node);

    /// <summary>Notes that the peer holds a key, so that the connection is never pushed out.</summary>
    public void Prove() => budget.Forget(node);

    /// <inheritdoc/>
    public void Dispose() => budget.Forget(node);
}
