using System.Text;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Tests.Fuzz;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tests.Configuration;

public sealed class HostileKernelArgumentsTests
{
    [Fact]
    public void KernelCommandLine_Damaged_IsCutTheSameWayAgain()
    {
        byte[][] seeds =
        [
            "BOOT_IMAGE=/vmlinuz stiefel_role=server stiefel_bootdisk=/dev/vda stiefel.Link.Mtu=1500 \"stiefel_innercmdline=a b\" -- x"u8.ToArray(),
            "root=UUID=1-2 ro console=ttyS0,115200 quiet dyndbg=\"file a.c +p; file b.c +p\"\n"u8.ToArray(),
        ];
        HostileInput.Feed(seeds, 50_000, 64 * 1024, input =>
        {
            var text = Encoding.Latin1.GetString(input);
            var line = KernelCommandLine.Parse(text);
            Assert.True(line.Options.Count <= text.Length);
            Assert.Null(line.Without("stiefel_role")["stiefel_role"]);
            KernelArgumentSettings.Parse(text);
        });
    }
}
