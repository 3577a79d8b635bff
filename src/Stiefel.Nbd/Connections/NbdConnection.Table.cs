using System.Net;
using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Connections;

// The connection as the table and status see it from other threads.
internal sealed partial class NbdConnection
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EnteredExport? _entered;
    private Thread? _thread;

    /// <summary>Rises with every connection of a server.</summary>
    public long Id => id;

    /// <summary>Where it comes from, without the port.</summary>
    public IPAddress? Address => (remote as IPEndPoint)?.Address;

    /// <summary>The export it is in, or asks to get into; set and read under the table's lock.</summary>
    public string? ExportName { get; set; }

    /// <summary>It got the device and may write; set and read under the table's lock.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>It is to end, or has ended.</summary>
    public bool IsDropped => _dropped.IsSet;

    /// <summary>Throws <see cref="OutOfMemoryException"/> if the system has no thread left.</summary>
    public void Start(int stackSize)
    {
        _thread = new Thread(Run, stackSize) { IsBackground = true, Name = $"nbd {remote}" };
        _thread.Start();
    }

    /// <summary>Ends it: what is executing now is the last thing it does. Does not wait.</summary>
    public void Drop()
    {
        _dropped.Set();
        transport.Interrupt();
    }

    /// <summary>Returns when the thread can do nothing more to the device.</summary>
    public void WaitUntilEnded()
    {
        // A resolver that fences from within its own connection must not wait for itself.
        if (Thread.CurrentThread != _thread)
        {
            _ended.Task.Wait();
        }
    }

    /// <summary>For status; null before it is in an export.</summary>
    public NbdConnectionStatus? Describe() => _entered is { } entered
        ? new NbdConnectionStatus(remote, entered.Export.Name, entered.Export.Label, _counters.BytesIn, _counters.BytesOut, _counters.Requests, entered.Since)
        : null;

    /// <summary>One object, so that status reads both or neither.</summary>
    private sealed record EnteredExport(NbdExport Export, DateTimeOffset Since);
}
