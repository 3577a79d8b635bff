using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Stiefel.Attach.Console;
using Stiefel.Attach.Unlocking;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Stiefel.Protocol;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The process that keeps the root disk connected. It attaches the disk, tells process 1, and then stays for as long as the desktop runs, to make
/// a new connection whenever the kernel has given the old one up. It holds nothing that is mounted, its memory is locked, and the `@` in
/// its name is what systemd spares at switch-root and shutdown (systemd.io/ROOT_STORAGE_DAEMONS).
///
/// The data path needs no process: the kernel's NBD client owns the socket, its WireGuard the tunnel. So the agent may be slow, and may even
/// die, without a request being lost; it must only never wait for the disk itself. Whatever it runs, reads or allocates while the disk is away
/// could need a page of that very disk: hence locked memory, no open file, no other program, no file name to look up.
///
/// One loop does it all (<see cref="AttachedDisk.KeepConnected"/>). The kernel announces a dead connection once. The agent then looks for the
/// cable by its hardware address (<see cref="CableLink"/>), turns the tunnel to it (<see cref="LaptopTunnel"/>), opens the export with the
/// capability (<see cref="ServerConnector"/>), and hands the socket to the kernel, which sends again all that was not acknowledged. It tries
/// for ever. It gives the disk up only if the laptop no longer knows the capability (<see cref="DiskLostException"/>), since then another desktop may
/// write it. A connection that dies although the laptop is there was too slow for the kernel's patience, which grows (<see cref="RequestPatience"/>).
/// </summary>
internal static class AgentProgram
{
    /// <summary>The agent's argv[0], which ps shows.</summary>
    internal const string Name = "@stiefel-agent";

    /// <summary>The agent's argv[1]. argv[2] is the descriptor number of the pipe on which it reports that it is ready.</summary>
    internal const string Argument = "--agent";

    /// <summary>linux/major.h; the other is /dev/null's.</summary>
    internal const uint MemoryDevices = 1;
    internal const uint Null = 3;

    /// <summary>Runs the agent; never returns.</summary>
    [DoesNotReturn]
    internal static void Run(int readyPipe)
    {
        var log = new AttachLog();
        log.FindConsoles();
        Settle(log);
        var session = AttachSession.Parse(File.ReadAllText(AttachSession.Path, Encoding.UTF8));

        // Read the passphrase now: process 1 deletes its file as soon as the agent is ready.
        var prompts = InitramfsPrompts.Find();
        var passphrase = prompts.Askpass || prompts.EncryptHook ? RootPassphrase.Read(log) : null;

        // An agent that died may have left its connection open, which keeps its network namespace alive with the card in it.
        AttachedDisk.FreeDevice(log);
        var link = LinkNamespace.Enter(CableLink.MacOf(session), log);
        using var disk = AttachedDisk.Attach(session, link, log);
        log.Phase("connected");
        log.LeaveConsoles();
        using (var nothing = CharacterDevice.Open("/", MemoryDevices, Null))
        {
            RootStorageDaemon.RedirectStandardStreams(nothing);
        }

        passphrase?.HandOverLater(prompts, log);
        EndListener.Start(disk.Goodbye(), log);
        disk.Notices(session, new NoticeBoard(log).Show).Start();
        ControlPassage.Start(link, () => disk.Laptop() is { } laptop ? new IPEndPoint(laptop.Address, WellKnownPorts.Admin) : null, log.Say);
        if (!link.IsShared)
        {
            OnlineWait.Bound(log);
        }

        ReadyPipe.TellReady(readyPipe);
        disk.KeepConnected();
    }

    /// <summary>Prepares this process to outlive the system that depends on it.</summary>
    internal static void Settle(AttachLog log)
    {
        ProcessSignals.IgnoreTermination();
        RootStorageDaemon.LeaveTerminal();
        RootStorageDaemon.SetName(Name.TrimStart('@'));
        RootStorageDaemon.SpareFromOutOfMemory();
        if (!RootStorageDaemon.MarkAsInputOutputPath())
        {
            log.Say("this kernel is older than 5.6: this desktop may hang if memory runs out while the cable is broken");
        }

        try
        {
            RootStorageDaemon.LockMemory();
        }
        catch (LinuxException exception)
        {
            log.Say($"the agent's memory is not locked: {exception.Message}");
        }
    }
}
