using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;

namespace Stiefel.Nbd.Connections;

/// <summary>All connections of a server: which export each one uses, and the fencing of an export.</summary>
internal sealed class ConnectionTable(NbdServerOptions options, IExportResolver resolver)
{
    private readonly Lock _lock = new();
    private readonly List<NbdConnection> _connections = [];
    private bool _isClosed;

    // Totals of the connections that have ended.
    private NbdTotals _gone;

    /// <summary>The work of all connections, including those that have ended; no figure ever falls.</summary>
    public NbdTotals Totals
    {
        get
        {
            lock (_lock)
            {
                return _connections.Aggregate(_gone, (sum, connection) => sum + connection.Totals);
            }
        }
    }

    /// <summary>Adds a new connection. If too many have not named an export yet, drops one of them. False after <see cref="Close"/>.</summary>
    public bool TryAdd(NbdConnection connection)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            // Privileged ports have their own budget, so that no ordinary user of the desktop can displace root's connection, which the disk needs.
            var nameless = _connections.FindAll(other => other is { ExportName: null, IsDropped: false } && other.IsOfRoot == connection.IsOfRoot);
            if (nameless.Count >= options.MaxHandshakes)
            {
                // Drop the oldest connection of the address that has the most, so that a flood displaces itself and not its victims.
                nameless.GroupBy(other => other.Address).MaxBy(group => group.Count())!.First().Drop();
            }

            _connections.Add(connection);
            return true;
        }
    }

    public void Remove(NbdConnection connection)
    {
        lock (_lock)
        {
            if (_connections.Remove(connection))
            {
                _gone += connection.Totals;
            }
        }
    }

    /// <summary>
    /// Lets a connection into an export. The name is recorded before it is looked up, so that a caller who makes the
    /// resolver forget a name and then drops its connections misses none.
    /// </summary>
    public Admission Admit(NbdConnection connection, string exportName)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return Admission.Closing;
            }

            var admitted = _connections.FindAll(other => other.IsAdmitted);
            if (admitted.Count >= options.MaxConnections)
            {
                return Admission.Full;
            }

            if (options.MaxConnectionsPerAddress > 0 && admitted.Count(other => Equals(other.Address, connection.Address)) >= options.MaxConnectionsPerAddress)
            {
                return Admission.FullForAddress;
            }

            connection.ExportName = exportName;
        }

        // Outside the lock, since the resolver has locks of its own.
        var admission = Admission.Of(resolver.Resolve(exportName));
        lock (_lock)
        {
            if (admission.Export is null || connection.IsDropped)
            {
                // A connection that was dropped meanwhile was fenced or too slow; the client's next attempt shows which.
                connection.ExportName = null;
                return admission.Export is null ? admission : Admission.NotNow;
            }

            if (admission.Export.Sharing == ExportSharing.NewestConnectionOnly && !admission.Export.Session.TryEnter(connection.Generation, connection.Id))
            {
                connection.ExportName = null;
                return Admission.Outdated;
            }

            connection.IsAdmitted = true;
        }

        if (admission.Export.Sharing == ExportSharing.NewestConnectionOnly)
        {
            // Drop older connections only, so that two new ones can never wait for each other.
            Drop(other => other.ExportName == exportName && IsOlder(other, connection));
        }

        return admission;
    }

    // Connections of the same generation coexist; unnumbered ones are ordered by their id.
    private static bool IsOlder(NbdConnection other, NbdConnection than) =>
        other.Generation < than.Generation || (than.Generation == 0 && other.Generation == 0 && other.Id < than.Id);

    /// <summary>Ends every connection of an export and returns how many had been admitted, once none of them can write any more.</summary>
    public int Drop(string exportName) => Drop(connection => connection.ExportName == exportName);

    /// <summary>Ends all connections and accepts no new ones.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        Drop(_ => true);
    }

    public IReadOnlyList<NbdConnectionStatus> Describe()
    {
        var statuses = new List<NbdConnectionStatus>();
        lock (_lock)
        {
            foreach (var connection in _connections)
            {
                if (connection.Describe() is { } status)
                {
                    statuses.Add(status);
                }
            }
        }

        return statuses;
    }

    private int Drop(Predicate<NbdConnection> match)
    {
        List<NbdConnection> admitted;
        lock (_lock)
        {
            var dropped = _connections.FindAll(match);
            dropped.ForEach(connection => connection.Drop());

            // The others do not have the device and, being dropped, never will.
            admitted = dropped.FindAll(connection => connection.IsAdmitted);
        }

        admitted.ForEach(connection => connection.WaitUntilEnded());
        return admitted.Count;
    }
}
