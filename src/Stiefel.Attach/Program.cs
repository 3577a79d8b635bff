using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Stiefel.Attach;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Ending;
using Stiefel.Attach.Rescue;
using Stiefel.Attach.Start;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

// The program has five roles: the kernel starts it as process 1 (rdinit=/stiefel/init); process 1 starts it again as the agent, and the agent as its stand-by;
// systemd executes it as its last step, when everything else has ended; and `stiefel-client attach` starts it as the agent of a disk on a running system.
if (Environment.ProcessId == 1)
{
    if (Environment.GetCommandLineArgs()[0] == ExitRamdisk.Program)
    {
        LastProcess.Run(args.FirstOrDefault(""));
    }

    FirstProcess.Run();
}

if (args is [AgentProgram.Argument, var childsEnd] && int.TryParse(childsEnd, CultureInfo.InvariantCulture, out var ready))
{
    // docs/security.md#privileges tells what each is for; a test compares the two lists.
    LeastPrivilege.Keep(
        Capability.SysAdmin, Capability.NetAdmin, Capability.IpcLock, Capability.SysResource, Capability.MakeNode, Capability.DacOverride,
        Capability.NetBindService);
    AgentProgram.Run(ready);
}

if (args is [StandByProgram.Argument or StandByProgram.BesideArgument, var socket] && int.TryParse(socket, CultureInfo.InvariantCulture, out var toAgent))
{
    LeastPrivilege.Keep(
        Capability.SysAdmin, Capability.NetAdmin, Capability.IpcLock, Capability.SysResource, Capability.MakeNode, Capability.DacOverride,
        Capability.NetBindService);
    StandByProgram.Run(toAgent, args[0] == StandByProgram.BesideArgument ? RescueProgram.GoOn : null);
}

if (args is [AttachOrder.Argument, _, _, _, _] && AttachOrder.Parse(args) is { } order)
{
    LeastPrivilege.Keep(
        Capability.SysAdmin, Capability.NetAdmin, Capability.IpcLock, Capability.SysResource, Capability.MakeNode, Capability.DacOverride,
        Capability.NetBindService);
    return RescueProgram.Run(order);
}

var asked = args is ["--help" or "-h" or "--version"];
using var output = new SafeFileHandle(asked ? 1 : 2, ownsHandle: false);
if (args is ["--version"])
{
    _ = Descriptor.Write(output, OwnVersion.Line);
    return 0;
}

_ = Descriptor.Write(output, """
    stiefel-attach is started by the kernel, as the first process of the laptop's system on a desktop: stiefel-client appends it to
    that system's initramfs as /stiefel/init, beside /stiefel/session, and boots with rdinit=/stiefel/init. It attaches the laptop's
    disk as /dev/nbd0, leaves an agent behind that keeps it connected, and starts the initramfs's own init. At the end of that system
    it is what systemd runs last. `stiefel-client attach` starts it, too, and keeps a laptop's disk on a running system by it.

    """u8);
return asked ? 0 : 2;
