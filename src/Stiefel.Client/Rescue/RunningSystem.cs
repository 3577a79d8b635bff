using System.Net.Sockets;
using System.Text;
using Stiefel.CommandLine;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Rescue;

/// <summary>This system.</summary>
/// <param name="state">The record of what is attached.</param>
/// <param name="attachFile">The program that keeps the disk attached.</param>
internal sealed class RunningSystem(AttachState state, string attachFile) : IAttachingSystem
{
    // argv[0], which marks it as what file systems stand on until the very end (systemd.io/ROOT_STORAGE_DAEMONS).
    private const string AgentName = "@stiefel-agent";

    // The agent locks its memory, and every thread's whole stack with it: libc takes this limit as the size.
    private const int StackBytes = 512 * 1024;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(90);

    private static readonly FileStreamOptions s_private = new()
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly NbdDevices _devices = new();

    public int FindFreeDevice() => _devices.FindFree();

    public void KeepOthersAway(int index)
    {
        state.Begin(NbdDevices.NameOf(index));
        RuleOf(index).Make();
    }

    public void LetOthersIn(int index)
    {
        RuleOf(index).Remove();
        state.End();
    }

    public async Task AttachAsync(int index, string interfaceName, AttachSession session, CancellationToken token)
    {
        using var ready = new ReadyPipe();
        var order = new AttachOrder(int.Parse(ready.ChildsEnd, System.Globalization.CultureInfo.InvariantCulture), index, interfaceName, state.Directory);
        File.Delete(order.SessionFile);
        await using (var file = new FileStream(order.SessionFile, s_private))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(session.Format()), token);
        }

        var agent = Start(order);
        var waiting = Task.Run(ready.WaitForChild, CancellationToken.None);
        try
        {
            if (!await waiting.WaitAsync(s_longest, token))
            {
                _ = ChildProcess.Wait(agent);
                throw new FailedException("the laptop's disk could not be attached; the line above and the kernel's log (dmesg) tell why");
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or TimeoutException)
        {
            _ = FileUsers.Kill(new FileUser(agent, AgentName));
            NbdDevices.Disconnect(index);
            await waiting;
            throw stopped is TimeoutException ? new FailedException($"the laptop's disk could not be attached within {s_longest.TotalSeconds:0} s") : stopped;
        }

        RuleOf(index).Settle();
    }

    private int Start(AttachOrder order)
    {
        using (ProcessLimits.ReduceStack(StackBytes))
        {
            return ChildProcess.Start(attachFile, [AgentName, .. order.Format()]);
        }
    }

    public bool IsReadOnly(int index) => _devices.IsReadOnly(index);

    public void Abandon(int index)
    {
        try
        {
            _ = LocalQuestion.Ask(AttachOrder.SocketIn(state.Directory), (byte)AgentQuestion.Leave, AgentWord.MaxBytes);
        }
        catch (SocketException)
        {
            NbdDevices.Disconnect(index);
        }
    }

    private static UdevRule RuleOf(int index) => new(NbdDevices.NameOf(index));
}
