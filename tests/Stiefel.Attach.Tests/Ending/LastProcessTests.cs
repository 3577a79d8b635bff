using Stiefel.Attach.Ending;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Attach.Tests.Ending;

public sealed class LastProcessTests
{
    [Theory]
    [InlineData("poweroff", MachineEnd.PowerOff)]
    [InlineData("reboot", MachineEnd.Restart)]
    [InlineData("halt", MachineEnd.Halt)]
    [InlineData("kexec", MachineEnd.Kexec)]
    [InlineData("exit", MachineEnd.PowerOff)]
    [InlineData("", MachineEnd.PowerOff)]
    public void ReadVerb_OfSystemd_IsHowTheMachineEnds(string verb, MachineEnd expected) => Assert.Equal(expected, LastProcess.ReadVerb(verb));
}
