using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Start;
using Stiefel.Linux.Processes;

// One program, two lives: the kernel starts it as process 1 (rdinit=/stiefel/init); process 1 starts it again as the agent.
if (Environment.ProcessId == 1)
{
    FirstProcess.Run();
}

if (args is [AgentProgram.Argument, var childsEnd] && int.TryParse(childsEnd, CultureInfo.InvariantCulture, out var ready))
{
    AgentProgram.Run(ready);
}

using var standardError = new SafeFileHandle(2, ownsHandle: false);
_ = Descriptor.Write(standardError, "stiefel-attach is started by the kernel: append it to an initramfs as /stiefel/init and boot with rdinit=/stiefel/init.\n"u8);
return 2;
