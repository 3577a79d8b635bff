using System.Collections.Concurrent;

namespace Stiefel.Client.Tests.Search;

/// <summary>
/// A network cable, made of a pair of virtual interfaces: `NAME` in the tests' network namespace, and `far` in a second one, which a thread keeps open.
/// A socket belongs to the namespace of the thread that made it, even if another thread uses it.
/// </summary>
internal sealed class Cable : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _farThread;
    private readonly string _name;

    /// <summary>Makes the cable with both ends down and without duplicate address detection.</summary>
    public Cable(string name)
    {
        _name = name;
        _farThread = new Thread(RunFar) { IsBackground = true, Name = $"far end of {name}" };
        _farThread.Start();
        var farThreadId = Far(PrivateNetwork.ThreadId);
        PrivateNetwork.Ip($"link add {name} type veth peer name far netns {farThreadId}");
        SkipAddressDetection(name);
        Far(() =>
        {
            SkipAddressDetection("all");
            SkipAddressDetection("far");
            return 0;
        });
        SkipAddressDetection("all");
    }

    /// <summary>Sets this end up.</summary>
    public void RaiseNear() => PrivateNetwork.Ip($"link set {_name} up");

    /// <summary>Sets the laptop's end up, which gives both ends a carrier.</summary>
    public void RaiseFar() => Far(() =>
    {
        PrivateNetwork.Ip("link set far up");
        return 0;
    });

    /// <summary>Runs the work in the network namespace of the laptop's end.</summary>
    public T Far<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        PrivateNetwork.Ip($"link del {_name}");
        _work.CompleteAdding();
        _farThread.Join();
        _work.Dispose();
    }

    private void RunFar()
    {
        var failure = PrivateNetwork.EnterNew();
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }

        _ = failure;
    }

    private static void SkipAddressDetection(string name) => File.WriteAllText($"/proc/sys/net/ipv6/conf/{name}/accept_dad", "0");
}
