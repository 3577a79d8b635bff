using System.Diagnostics.CodeAnalysis;
using System.Text;
using Stiefel.Attach.Console;
using Stiefel.Attach.Unlocking;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The process below the root file system. It attaches the disk, tells process 1, and then stays for as long as the desktop runs, to make
/// a new connection whenever the kernel has given the old one up. It holds nothing that is mounted, its memory is locked, and the `@` in
/// its name is what systemd spares at switch-root and shutdown (systemd.io/ROOT_STORAGE_DAEMONS).
/// </summary>
internal static class AgentProgram
{
    /// <summary>argv[0], as ps shows it.</summary>
    internal const string Name = "@stiefel-agent";

    /// <summary>argv[1]; argv[2] is the number of the pipe's end.</summary>
    internal const string Argument = "--agent";

    private const uint MemoryDevices = 1;
    private const uint Null = 3;

    /// <summary>Never returns.</summary>
    [DoesNotReturn]
    internal static void Run(int readyPipe)
    {
        var log = new AttachLog();
        log.FindConsoles();
        Settle(log);
        var session = AttachSession.Parse(File.ReadAllText(AttachSession.Path, Encoding.UTF8));

        // Its file is gone as soon as process 1 goes on.
        var prompts = InitramfsPrompts.Find();
        var passphrase = prompts.Askpass || prompts.EncryptHook ? RootPassphrase.Read(log) : null;

        using var disk = AttachedDisk.Attach(session, log);
        log.Phase("connected");
        log.LeaveConsoles();
        using (var nothing = CharacterDevice.Open("/", MemoryDevices, Null))
        {
            RootStorageDaemon.RedirectStandardStreams(nothing);
        }

        passphrase?.HandOverLater(prompts, log);
        ReadyPipe.TellReady(readyPipe);
        disk.KeepConnected();
    }

    private static void Settle(AttachLog log)
    {
        ProcessSignals.IgnoreTermination();
        RootStorageDaemon.LeaveTerminal();
        RootStorageDaemon.SetName(Name.TrimStart('@'));
        RootStorageDaemon.SpareFromOutOfMemory();
        if (!RootStorageDaemon.MarkAsInputOutputPath())
        {
            log.Say("this kernel is older than 5.6: very little memory together with a broken cable may be more than it can bear");
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
