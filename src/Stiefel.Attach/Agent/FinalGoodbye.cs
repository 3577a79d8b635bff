using Stiefel.Attach.Console;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>Ends the disk on this desktop: disconnects it, and tells the laptop that no more writes come until the laptop confirms that it has heard.</summary>
/// <param name="disconnect">Disconnects the kernel's device. Throws <see cref="IOException"/> if the disk no longer belongs to this desktop.</param>
/// <param name="tell">Tells the laptop, and returns when it has confirmed. Throws <see cref="DiskLostException"/> or <see cref="GoodbyeRefusedException"/> if it never will.</param>
/// <param name="before">Returns the connection's state, which is reported until the goodbye begins.</param>
/// <param name="log">Receives what is being waited for.</param>
internal sealed class FinalGoodbye(Action disconnect, Action<WaitingReport> tell, Func<AgentWord> before, AttachLog log)
{
    private const int StackBytes = 256 * 1024;

    private readonly Lock _beginning = new();
    private readonly WaitingReport _waiting = WaitingReport.WhileRunning(log);
    private volatile Thread? _thread;
    private volatile bool _isDisconnected;
    private volatile bool _isTold;
    private volatile string? _failure;

    /// <summary>The progress of the goodbye; any thread may ask.</summary>
    internal AgentWord Word => _isTold ? new(AgentState.Told, "")
        : _failure is { } failure ? new(AgentState.Lost, failure)
        : _thread is null ? before()
        : new(AgentState.Waiting, _isDisconnected ? _waiting.Reason : before() is { State: AgentState.Waiting } lost ? lost.Detail : "");

    /// <summary>Starts the goodbye on the first call, and returns at once.</summary>
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
            // Keep any failure for the last process, which asks for it.
            _failure = exception.Message;
        }
    }
}
