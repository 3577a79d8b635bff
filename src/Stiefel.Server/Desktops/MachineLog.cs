using System.Net;

namespace Stiefel.Server.Desktops;

/// <summary>What each desktop did lately: a ring of events per address. Only peers that hold a key get here, and both rings are bounded.</summary>
public sealed class MachineLog(TimeProvider time)
{
    public const int MaxMachines = 64;
    public const int MaxEvents = 64;

    private readonly Lock _lock = new();

    // Least recently heard of first.
    private readonly List<Machine> _machines = [];

    public void Add(IPAddress address, string stage, string text)
    {
        lock (_lock)
        {
            var machine = _machines.Find(m => m.Address.Equals(address)) ?? new Machine(address, new Queue<MachineEvent>());
            _machines.Remove(machine);
            if (_machines.Count == MaxMachines)
            {
                _machines.RemoveAt(0);
            }

            _machines.Add(machine);
            if (machine.Events.Count == MaxEvents)
            {
                machine.Events.Dequeue();
            }

            machine.Events.Enqueue(new MachineEvent(time.GetUtcNow(), stage, text));
        }
    }

    /// <summary>All of it, the most recently heard of last.</summary>
    public IReadOnlyList<MachineStatus> Snapshot()
    {
        lock (_lock)
        {
            return [.. _machines.Select(m => new MachineStatus(m.Address.ToString(), m.Events.Last().Stage, [.. m.Events]))];
        }
    }

    private sealed record Machine(IPAddress Address, Queue<MachineEvent> Events);
}
