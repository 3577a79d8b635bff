using System.Diagnostics.CodeAnalysis;
using Stiefel.Attach.Console;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Ending;

/// <summary>
/// Process 1 at the end of the system: systemd has stopped everything, moved the old root to /oldroot and executed this program. It unmounts the old root,
/// closes LUKS, LVM and RAID on the disk and flushes it; then the agent says goodbye, and once the laptop has confirmed that, the machine ends as asked.
/// Each step may block in the kernel while the laptop is away, so they run on a thread of their own, which the first thread watches and may abandon.
/// </summary>
internal sealed class LastProcess
{
    private const int StackBytes = 256 * 1024;
    private const string OnDevices = "/dev";

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    // Held until the machine is off.
    private static DiskClaim? s_claim;

    private readonly AttachLog _log = new(OnDevices);
    private readonly AgentLine _agent = new(ExitRamdisk.Socket);
    private volatile string? _unclean;

    private LastProcess() => _log.FindConsoles();

    /// <summary>Runs the end of this system; never returns.</summary>
    /// <param name="verb">systemd's verb: poweroff, reboot, halt or kexec.</param>
    [DoesNotReturn]
    internal static void Run(string verb)
    {
        var process = new LastProcess();
        process._log.Phase("ending");
        try
        {
            process.LeaveInOrder();
        }
        catch (Exception exception)
        {
            process.TellUnclean(exception.Message);
        }

        process.End(ReadVerb(verb));
    }

    /// <summary>Parses systemd's verb. An unknown one powers the machine off, because it must not go on running.</summary>
    internal static MachineEnd ReadVerb(string verb) => verb switch
    {
        "reboot" => MachineEnd.Restart,
        "halt" => MachineEnd.Halt,
        "kexec" => MachineEnd.Kexec,
        _ => MachineEnd.PowerOff,
    };

    private void LeaveInOrder()
    {
        using var key = PowerKey.Open();
        var watch = new EndWatch(ExitRamdisk.ReadPatience(), _log.Say, Reason, () => key.WaitForPress(s_glance), () => Environment.TickCount64);
        var work = new Thread(Work, StackBytes) { IsBackground = true };
        work.Start();
        if ((watch.WaitFor(() => work.Join(0)) is { } givenUp ? $"given up {givenUp}" : _unclean) is { } reason)
        {
            TellUnclean(reason);
            return;
        }

        _log.Phase("goodbye");
        _log.Say("the laptop's disk is left in order, and the laptop knows it");
    }

    private void Work()
    {
        try
        {
            s_claim = new OldRoot(_log.Say).Close();
            SayGoodbye();
        }
        catch (Exception exception)
        {
            _unclean = exception.Message;
        }
    }

    private void SayGoodbye()
    {
        while (true)
        {
            var word = _agent.Ask(AgentQuestion.Goodbye);
            if (word.State == AgentState.Told)
            {
                return;
            }

            if (word.State == AgentState.Lost)
            {
                throw new IOException(word.Detail);
            }

            Thread.Sleep(s_glance);
        }
    }

    private string Reason() => _agent.Ask(AgentQuestion.State) is { State: not AgentState.Connected, Detail.Length: > 0 } word
        ? word.Detail
        : "the disk is being written back";

    private void TellUnclean(string reason)
    {
        _log.Phase("unclean");
        _log.Fail($"the end is not clean: {reason}");
        _log.Fail("the laptop keeps its disk for this desktop; anyone who wants it at another desktop is asked first");
    }

    [DoesNotReturn]
    private void End(MachineEnd how)
    {
        while (true)
        {
            try
            {
                MachinePower.End(how);
            }
            catch (LinuxException exception)
            {
                _log.Fail(exception.Message);
                // Fall back as systemd does: from kexec to a restart by the firmware, and from anything else to power off.
                how = how == MachineEnd.Kexec ? MachineEnd.Restart : MachineEnd.PowerOff;
                Thread.Sleep(how == MachineEnd.Restart ? TimeSpan.Zero : s_rest);
            }
        }
    }
}
