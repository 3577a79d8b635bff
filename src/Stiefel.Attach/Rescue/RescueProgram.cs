using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Console;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Nbd;
using Stiefel.Linux.Network;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Rescue;

/// <summary>
/// The agent of a disk on a running system, started by `stiefel-client attach`. Unlike with a payload, nothing of that system depends on it: it takes no
/// interface away, frees no device that it did not make, and ends when it is told to.
/// </summary>
internal static class RescueProgram
{
    private const int StackBytes = 256 * 1024;
    private const int StandardError = 2;

    // Move to the root group: processes in the group of a session or service are killed when it ends (man 5 systemd.kill).
    private const string RootGroup = "/sys/fs/cgroup/cgroup.procs";

    /// <summary>Runs until the disk is detached. Returns the exit code: 0 if detach was asked for.</summary>
    internal static int Run(AttachOrder order)
    {
        using var errors = new SafeFileHandle(StandardError, ownsHandle: false);
        var log = new AttachLog(StandByProgram.BesidesNodes) { Watcher = errors };
        try
        {
            LeaveGroup();
            AgentProgram.Settle(log);
            var session = Take(order.SessionFile);
            using var disk = AttachedDisk.AttachBeside(order.Index, order.Interface, session, log);
            KeepUntilDetached(order, session, disk, 0, log, () =>
            {
                log.Watcher = null;
                LetGoOfTerminal();
                ReadyPipe.TellReady(order.ReadyPipe);
            });
            return 0;
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or FormatException)
        {
            log.Fail($"cannot attach the laptop's disk: {exception.Message}");
            RemoveTunnel();
            return 1;
        }
    }

    /// <summary>Runs in the place of an agent that was killed, until the disk is detached. Returns the exit code.</summary>
    internal static int GoOn(AgentHoldings holdings, AttachLog log)
    {
        RootStorageDaemon.SetName(AgentProgram.Name.TrimStart('@'));
        using var disk = AttachedDisk.TakeOver(holdings, log);
        if (!disk.IsThere || holdings is not { Beside: { } order, EndSocket: { } socket })
        {
            // The agent was killed in the midst of detaching.
            RemoveTunnel();
            return 1;
        }

        KeepUntilDetached(order, holdings.Session!, disk, holdings.LastNotice, log, () => { }, SocketPair.Adopt(socket));
        return 0;
    }

    private static void KeepUntilDetached(
        AttachOrder order, AttachSession session, AttachedDisk disk, ulong lastNotice, AttachLog log, Action ready, Socket? socket = null)
    {
        // Not by /proc/PID/exe: what is kept out of core dumps cannot be read there by a child (man 2 PR_SET_DUMPABLE).
        var program = Environment.ProcessPath!;
        using var programs = ReadOnlyFile.Open(Path.GetDirectoryName(program)!);
        StandByKeeper? standBy = null;
        using var listener = new DetachListener(order.Socket, disk.Goodbye(), () => Abandon(order.Index), Leave, socket);
        standBy = AgentProgram.Serve(
            session, disk, Board(log), (programs, Path.GetFileName(program), StandByProgram.BesideArgument), [new(StandByWord.Beside, AgentHoldings.Format(order))],
            [new(StandByWord.EndSocket, "", listener.Handle)], lastNotice, log);
        new Thread(disk.KeepConnected, StackBytes) { IsBackground = true }.Start();
        ready();
        standBy?.Begin();
        listener.HearUntilEnd();

        void Leave()
        {
            standBy?.End();
            RemoveTunnel();
        }
    }

    private static AttachSession Take(string file)
    {
        var text = File.ReadAllText(file, Encoding.UTF8);
        File.Delete(file);
        return AttachSession.Parse(text);
    }

    // Ignore the laptop's requests to power off: the person at this computer decides.
    private static NoticeBoard Board(AttachLog log) => new(log.Say, log.Fail, powerOff: () => true, () => Environment.TickCount64);

    private static void LeaveGroup()
    {
        try
        {
            File.WriteAllText(RootGroup, "0");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Control groups are of another kind or missing: the end of the session may end this process, too.
        }
    }

    private static void LetGoOfTerminal()
    {
        using var nothing = CharacterDevice.Open("/dev", AgentProgram.MemoryDevices, AgentProgram.Null);
        RootStorageDaemon.RedirectStandardStreams(nothing);
    }

    private static void Abandon(int index)
    {
        using var kernel = NbdNetlink.TryOpen();
        kernel?.Disconnect(index);
    }

    private static void RemoveTunnel()
    {
        try
        {
            if (RouteNetlink.ListLinks().FirstOrDefault(link => link.Name == LaptopTunnel.Name) is { } tunnel)
            {
                RouteNetlink.Remove(tunnel.Index);
            }
        }
        catch (LinuxException)
        {
            // A leftover tunnel leads nowhere, and the next agent reuses it.
        }
    }
}
