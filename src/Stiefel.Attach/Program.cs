using System.Globalization;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Start;

// One program, two lives: the kernel starts it as process 1 (rdinit=/stiefel/init); process 1 starts it again as the agent.
if (Environment.ProcessId == 1)
{
    FirstProcess.Run();
}

if (args is [AgentProgram.Argument, var childsEnd] && int.TryParse(childsEnd, CultureInfo.InvariantCulture, out var ready))
{
    AgentProgram.Run(ready);
}

Console.Error.WriteLine("stiefel-attach is started by the kernel: append it to an initramfs as /stiefel/init and boot with rdinit=/stiefel/init.");
return 2;
