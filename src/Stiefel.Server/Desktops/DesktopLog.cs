using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.Desktops;

/// <summary>Records what each desktop did lately: a bounded list of events per address, and all of them in the journal. Only peers that hold a key get here.</summary>
public sealed class DesktopLog(TimeProvider time, EventJournal journal)
{
    /// <summary>The most desktops that are remembered; the one that has been silent longest is forgotten first.</summary>
    public const int MaxDesktops = 64;
    /// <summary>The most events that are kept for each desktop.</summary>
    public const int MaxEvents = 64;

    private readonly Lock _lock = new();

    // The desktop that has been silent longest comes first.
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

    /// <summary>All desktops with their events; the most recently active comes last.</summary>
    public IReadOnlyList<MachineStatus> Snapshot()
    {
        lock (_lock)
        {
            return [.. _desktops.Select(m => new MachineStatus(m.Address.ToString(), m.Events.Last().Stage, [.. m.Events]))];
        }
    }

    private sealed record Entry(IPAddress Address, Queue<MachineEvent> Events);
}
