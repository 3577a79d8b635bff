using Stiefel.Linux.Kexec;
using Stiefel.Server.Configuration;
using Stiefel.Server.Return;

namespace Stiefel.Server.Tests.Return;

/// <summary>Records what would have been done with the machine.</summary>
internal sealed class RecordedEnd : IServerEnd
{
    private readonly TaskCompletionSource<WayOut> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count { get; private set; }

    public Task<WayOut> First => _first.Task;

    public void Order(WayOut way, ILoadedKernel? home)
    {
        Count++;
        _first.TrySetResult(way);
    }
}
