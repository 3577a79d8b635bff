using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Attach.Console;
using Stiefel.Attach.Ending;
using Stiefel.Attach.Unlocking;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Network;
using Stiefel.Linux.Processes;
using Stiefel.Protocol;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The process that keeps the root disk connected. It attaches the disk, tells process 1, and then stays for as long as the desktop runs, to make
/// a new connection whenever the kernel has given the old one up. It holds nothing that is mounted, its memory is locked, and the `@` in
/// its name is what systemd spares at switch-root and shutdown (systemd.io/ROOT_STORAGE_DAEMONS).
///
/// The data path needs no process: the kernel's NBD client owns the socket, its WireGuard the tunnel. So the agent may be slow, and may even
/// be killed, without a request being lost: a stand-by then goes on in its place (<see cref="StandByProgram"/>). It must only never wait for the disk itself. Whatever it runs, reads or allocates while the disk is away
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
        var link = LinkNamespace.Enter(CableLink.MacOf(session), session.Internet, log);
        if (session.LargestMtu is not null || session.OtherLinks is not null)
        {
            // Now, because later there is no /proc.
            EchoSocket.Allow();
        }

        using var disk = AttachedDisk.Attach(session, link, log);
        log.Phase("connected");
        log.LeaveConsoles();
        using (var nothing = CharacterDevice.Open("/", MemoryDevices, Null))
        {
            RootStorageDaemon.RedirectStandardStreams(nothing);
        }

        passphrase?.HandOverLater(prompts, log);
        var end = EndListener.Start(disk.Goodbye(), log);
        if (!link.IsShared && session.Internet != LinkInternet.Yes)
        {
            OnlineWait.Bound(log);
        }

        RootGroup.Stay();
        using var programs = ExitRamdisk.IsMade ? ReadOnlyFile.Open(ExitRamdisk.Directory) : null;
        var standBy = Serve(session, link, disk, end, programs, 0, log);
        ReadyPipe.TellReady(readyPipe);
        standBy?.Begin();
        disk.KeepConnected();
    }

    /// <summary>Runs in the place of an agent that was killed; never returns.</summary>
    [DoesNotReturn]
    internal static void GoOn(AgentHoldings holdings, AttachLog log)
    {
        RootStorageDaemon.SetName(Name.TrimStart('@'));
        var session = holdings.Session!;
        var link = LinkNamespace.GoOn(CableLink.MacOf(session), holdings.Outside, holdings.CardKind, log.Say);
        using var disk = AttachedDisk.TakeOver(holdings, log);
        var end = holdings.EndSocket is { } socket ? EndListener.GoOn(disk.Goodbye(), log, SocketPair.Adopt(socket)) : null;
        Serve(session, link, disk, end, holdings.Programs, holdings.LastNotice, log)?.Begin();
        disk.KeepConnected();
    }

    /// <summary>Starts what goes on beside a payload's disk, and the way to the laptop's control plane.</summary>
    private static StandByKeeper? Serve(
        AttachSession session, LinkNamespace link, AttachedDisk disk, EndListener? end, SafeFileHandle? programs, ulong lastNotice, AttachLog log)
    {
        var standBy = Serve(
            session, disk, new NoticeBoard(log), programs is null ? null : (programs, ExitRamdisk.Program.TrimStart('/'), StandByProgram.Argument),
            [.. link.Holdings], end is null ? [] : [new(StandByWord.EndSocket, "", end.Handle)], lastNotice, log);
        disk.UseOthers(link);
        if (session.Internet == LinkInternet.Auto)
        {
            link.Door?.OpenWhenOthersAreHeard(IPAddress.Parse(session.ServerAddress), () => OnlineWait.Allow(log));
        }

        ControlPassage.Start(link, () => disk.Laptop() is { } laptop ? new IPEndPoint(laptop.Address, WellKnownPorts.Admin) : null, log.Say);
        return standBy;
    }

    /// <summary>
    /// Starts what goes on beside the disk, on threads of its own: the laptop's notices. Returns what keeps the stand-by, to be begun once the starter waits no
    /// more, whose pipe a child would inherit; null if the program cannot be started again.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="board">Shows the notices.</param>
    /// <param name="program">A directory, the program's name in it, and its first argument; null if it cannot be started again.</param>
    /// <param name="first">What the stand-by must know before the session.</param>
    /// <param name="more">What else it must know.</param>
    /// <param name="lastNotice">The number of the last notice shown.</param>
    /// <param name="log">Receives messages for the person.</param>
    internal static StandByKeeper? Serve(
        AttachSession session, AttachedDisk disk, NoticeBoard board, (SafeFileHandle Directory, string Name, string Argument)? program,
        StandByMessage[] first, StandByMessage[] more, ulong lastNotice, AttachLog log)
    {
        var shown = lastNotice;
        var standBy = program is not { } file ? null : new StandByKeeper(
            socket => ChildProcess.StartIn(file.Directory, file.Name, [StandByProgram.Name, file.Argument, socket]),
            () =>
            [
                .. first, new(StandByWord.Session, session.Format()), .. disk.Holdings, .. more,
                new(StandByWord.Notice, Volatile.Read(ref shown).ToString(CultureInfo.InvariantCulture)), new(StandByWord.Programs, "", file.Directory),
            ],
            log.Say);
        disk.Changed = isLost => standBy?.Tell(isLost ? StandByWord.Lost : StandByWord.Back, isLost ? "" : $"{disk.Laptop()}");
        disk.Notices(
            session,
            notice =>
            {
                board.Show(notice);
                Volatile.Write(ref shown, notice.Number);
                standBy?.Tell(StandByWord.Notice, notice.Number.ToString(CultureInfo.InvariantCulture));
            },
            lastNotice).Start();
        return standBy;
    }

    /// <summary>Prepares this process, and all that it starts, to outlive the system that depends on it. Needs /proc.</summary>
    internal static void Settle(AttachLog log)
    {
        RootStorageDaemon.SpareFromOutOfMemory();
        RootStorageDaemon.SetName(Name.TrimStart('@'));
        Prepare(log);
    }

    /// <summary>Prepares this process to outlive the system that depends on it, except for what it inherits.</summary>
    internal static void Prepare(AttachLog log)
    {
        ProcessSignals.IgnoreTermination();
        RootStorageDaemon.LeaveTerminal();
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
