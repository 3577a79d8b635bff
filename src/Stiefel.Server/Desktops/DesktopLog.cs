using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.Desktops;

/// <summary>What each desktop did lately: a ring of events per address, and all of them in the journal. Only peers that hold a key get here, and the rings are bounded.</summary>
public sealed class DesktopLog(TimeProvider time, EventJournal journal)
{
    /// <summary>Desktops that are remembered; the one not heard of for longest goes first.</summary>
    public const int MaxDesktops = 64;
    /// <summary>Events that are kept for each desktop.</summary>
    public const int MaxEvents = 64;

    private readonly Lock _lock = new();

    // Least recently heard of first.
    private readonly List<Entry> _desktops = [];

    /// <summary>Notes what a desktop did.</summary>
    public void Add(IPAddress address, string stage, string text)
    {
        lock (_lock)
        {
            var desktop = _desktops.Find(m => m.Address.Equals(address)) ?? new Entry(address, new Queue<MachineEvent>());
            _desktops.Remove(desktop);
            if (_desktops.Count == MaxDesktops)
            {
                _desktops.RemoveAt(0);
            }

            _desktops.Add(desktop);
            if (desktop.Events.Count == MaxEvents)
            {
                desktop.Events.Dequeue();
            }

            desktop.Events.Enqueue(new MachineEvent(time.GetUtcNow(), stage, text));
        }

        journal.Add(EventTopics.Desktop, stage, text, address.ToString());
    }

    /// <summary>All of it, the most recently heard of last.</summary>
    public IReadOnlyList<MachineStatus> Snapshot()
    {
        lock (_lock)
        {
            return [.. _desktops.Select(m => new MachineStatus(m.Address.ToString(), m.Events.Last().Stage, [.. m.Events]))];
        }
    }

    private sealed record Entry(IPAddress Address, Queue<MachineEvent> Events);
}
