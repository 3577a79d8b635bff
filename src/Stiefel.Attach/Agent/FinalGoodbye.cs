using Stiefel.Attach.Console;
using Stiefel.Attach.Ending;

namespace Stiefel.Attach.Agent;

/// <summary>The end of the disk on this desktop: its connection is ended, and the laptop told that nothing more comes, until it confirms that.</summary>
/// <param name="disconnect">Ends the kernel's device. Throws <see cref="IOException"/>: it is not ours any more.</param>
/// <param name="tell">Tells the laptop and checks its answer; returns when it has confirmed. Throws <see cref="DiskLostException"/>: it never will.</param>
/// <param name="before">How it stands until then.</param>
/// <param name="log">Hears what is being waited for.</param>
internal sealed class FinalGoodbye(Action disconnect, Action<WaitingReport> tell, Func<AgentWord> before, AttachLog log)
{
    private const int StackBytes = 256 * 1024;

    private readonly Lock _beginning = new();
    private readonly WaitingReport _waiting = WaitingReport.WhileRunning(log);
    private volatile Thread? _thread;
    private volatile bool _isDisconnected;
    private volatile bool _isTold;
    private volatile string? _failure;

    /// <summary>How it stands; any thread may ask.</summary>
    internal AgentWord Word => _isTold ? new(AgentState.Told, "")
        : _failure is { } failure ? new(AgentState.Lost, failure)
        : _thread is null ? before()
        : new(AgentState.Waiting, _isDisconnected ? _waiting.Reason : before() is { State: AgentState.Waiting } lost ? lost.Detail : "");

    /// <summary>Begins, once; returns at once.</summary>
    internal void Begin()
    {
        lock (_beginning)
        {
            if (_thread is null)
            {
                _thread = new Thread(Say, StackBytes) { IsBackground = true };
                _thread.Start();
            }
        }
    }

    private void Say()
    {
        try
        {
            disconnect();
            _isDisconnected = true;
            tell(_waiting);
            _isTold = true;
        }
        catch (Exception exception)
        {
            // Whatever it was: the one that ends this system must hear of it.
            _failure = exception.Message;
        }
    }
}
