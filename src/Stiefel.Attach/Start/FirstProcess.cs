using System.Diagnostics.CodeAnalysis;
using System.Text;
using Stiefel.Attach.Console;
using Stiefel.Attach.Ending;
using Stiefel.Attach.Unlocking;
using Stiefel.Linux.Kernel;
using Stiefel.Linux.Network;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Start;

/// <summary>
/// Process 1 of the payload's kernel until the disk is attached. Then it executes the initramfs's own init, which finds everything as if
/// the kernel had started it with a local disk.
/// </summary>
internal static class FirstProcess
{
    private static readonly TimeSpan s_agentRestart = TimeSpan.FromSeconds(2);

    /// <summary>Starts this system. Never returns and never gives up, because the kernel panics if process 1 ends.</summary>
    [DoesNotReturn]
    internal static void Run()
    {
        var log = new AttachLog();
        try
        {
            BecomeRealInit(log);
        }
        catch (Exception exception)
        {
            StayWith(log, exception is FormatException or FileNotFoundException or DirectoryNotFoundException
                ? exception.Message
                : $"cannot start this system: {exception}");
        }
    }

    [DoesNotReturn]
    private static void BecomeRealInit(AttachLog log)
    {
        var mounts = EarlyMounts.Mount();
        log.FindConsoles();
        log.Phase("attach-start");
        var (arguments, environment) = (ProcessImage.Arguments(), ProcessImage.Environment());
        var session = AttachSession.Parse(File.ReadAllText(AttachSession.Path, Encoding.UTF8));

        log.Phase("drivers");
        PayloadDrivers.Load(Interface(session), session, log);
        DuplicateAddressDetection.DisableByDefault();
        var program = ExitRamdisk.TryMake(AgentProcess.OwnProgram, TimeSpan.FromSeconds(session.ExitWaitSeconds), log) ?? AgentProcess.OwnProgram;
        while (!AgentProcess.StartAndWaitUntilAttached(program))
        {
            log.Say("the agent died before the disk was attached; starting it again");
            Thread.Sleep(s_agentRestart);
        }

        if (KernelCommandLine.ReadCurrent()["systemd.swap"] == "0")
        {
            log.Say("swap on the laptop's disk stays off, because reaching that disk takes memory itself");
        }

        HandOverPassphrase(log);
        log.Phase("init");
        StiefelFiles.Remove();
        mounts.Unmount();
        RealInit.Execute(session.RealInit, arguments, environment);
    }

    /// <summary>Hands the passphrase to systemd. The agent, which goes on running, serves prompts that take it through a pipe or from a file.</summary>
    private static void HandOverPassphrase(AttachLog log)
    {
        using var passphrase = RootPassphrase.Read(log);
        var prompts = InitramfsPrompts.Find();
        if (passphrase is not null && prompts.Systemd)
        {
            passphrase.AddToKeyring(log);
        }
        else if (passphrase is not null && !prompts.Any)
        {
            log.Say("this initramfs cannot take the passphrase from another program as far as we know: it will ask for it again");
        }

        RootPassphrase.WipeFile(log);
    }

    private static MacAddress Interface(AttachSession session) => MacAddress.TryParse(session.Mac, out var mac)
        ? mac
        : throw new FormatException($"{AttachSession.Path}: '{session.Mac}' is not a hardware address");

    [DoesNotReturn]
    private static void StayWith(AttachLog log, string reason)
    {
        while (true)
        {
            log.Fail(reason);
            log.Fail("waiting does not help here: restart with Ctrl-Alt-Del or the power button");
            Thread.Sleep(TimeSpan.FromSeconds(10));
        }
    }
}
