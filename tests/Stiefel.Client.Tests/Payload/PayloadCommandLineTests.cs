using Stiefel.Client.Payload;
using Xunit;

namespace Stiefel.Client.Tests.Payload;

public sealed class PayloadCommandLineTests
{
    [Theory]
    [InlineData("root=UUID=1234 ro quiet", "root=UUID=1234 ro quiet rdinit=/stiefel/init noresume nohibernate systemd.swap=0")]
    [InlineData("root=PARTUUID=5-6 rw", "root=PARTUUID=5-6 rw rdinit=/stiefel/init noresume nohibernate systemd.swap=0")]
    [InlineData("root=/dev/mapper/vg-root rw", "root=/dev/mapper/vg-root rw rdinit=/stiefel/init noresume nohibernate systemd.swap=0")]
    [InlineData("root=/dev/disk/by-uuid/12 rw", "root=/dev/disk/by-uuid/12 rw rdinit=/stiefel/init noresume nohibernate systemd.swap=0")]
    [InlineData("console=tty0 console=ttyS0 x=\"a b\"", "console=tty0 console=ttyS0 x=\"a b\" rdinit=/stiefel/init noresume nohibernate systemd.swap=0")]
    [InlineData("", "rdinit=/stiefel/init noresume nohibernate systemd.swap=0")]
    public void Assemble_NothingThatDependsOnTheMachine_OnlyAddsTheAttachProgram(string bootEntry, string expected)
    {
        var line = PayloadCommandLine.Assemble(bootEntry, "");
        Assert.Equal((expected, "/init"), (line.Text, line.RealInit));
        Assert.Empty(line.Notes);
    }

    [Theory]
    [InlineData("/dev/sda2", "/dev/nbd0p2")]
    [InlineData("/dev/sdab12", "/dev/nbd0p12")]
    [InlineData("/dev/vda1", "/dev/nbd0p1")]
    [InlineData("/dev/xvda1", "/dev/nbd0p1")]
    [InlineData("/dev/hda3", "/dev/nbd0p3")]
    [InlineData("/dev/nvme0n1p3", "/dev/nbd0p3")]
    [InlineData("/dev/nvme1n2p10", "/dev/nbd0p10")]
    [InlineData("/dev/mmcblk0p2", "/dev/nbd0p2")]
    [InlineData("/dev/sda", "/dev/nbd0")]
    [InlineData("/dev/nvme0n1", "/dev/nbd0")]
    public void Assemble_RootByTheLaptopsDeviceName_BecomesTheNetworkDisk(string root, string expected)
    {
        var line = PayloadCommandLine.Assemble($"ro root={root} quiet", "");
        Assert.Equal($"ro quiet rdinit=/stiefel/init root={expected} noresume nohibernate systemd.swap=0", line.Text);
        Assert.Contains($"root={expected}", Assert.Single(line.Notes));
    }

    [Fact]
    public void Assemble_RootByHardwareName_IsKeptWithANote()
    {
        var line = PayloadCommandLine.Assemble("root=/dev/disk/by-id/ata-X-part2", "");
        Assert.StartsWith("root=/dev/disk/by-id/ata-X-part2 ", line.Text);
        Assert.Contains("will not be found", Assert.Single(line.Notes));
    }

    [Fact]
    public void Assemble_OwnRdinit_IsHandedOverTo()
    {
        var line = PayloadCommandLine.Assemble("rdinit=/first rdinit=/sbin/own-init quiet", "");
        Assert.Equal(("quiet rdinit=/stiefel/init noresume nohibernate systemd.swap=0", "/sbin/own-init"), (line.Text, line.RealInit));
    }

    [Fact]
    public void Assemble_Hibernation_IsSwitchedOff()
    {
        var line = PayloadCommandLine.Assemble("resume=UUID=9 resume_offset=4096 quiet", "");
        Assert.Equal("quiet rdinit=/stiefel/init noresume nohibernate systemd.swap=0", line.Text);
        Assert.Contains("resume= is left out", Assert.Single(line.Notes));
    }

    [Fact]
    public void Assemble_PersonWantsSwap_HasIt()
    {
        var line = PayloadCommandLine.Assemble("ro quiet", "systemd.swap=1");
        Assert.Equal("ro quiet systemd.swap=1 rdinit=/stiefel/init noresume nohibernate", line.Text);
    }

    [Theory]
    [InlineData("ipv6.disable=1")]
    [InlineData("ipv6.disable_ipv6=1")]
    [InlineData("ipv6.disable-ipv6=1")]
    public void Assemble_Ipv6SwitchedOff_IsOnForTheDisk(string off)
    {
        var line = PayloadCommandLine.Assemble($"ro {off} quiet -- single", "");
        Assert.Equal($"ro {off} quiet rdinit=/stiefel/init noresume nohibernate systemd.swap=0 ipv6.disable=0 ipv6.disable_ipv6=0 -- single", line.Text);
        Assert.Contains("IPv6", Assert.Single(line.Notes));
    }

    [Fact]
    public void Assemble_AddedArguments_ComeLastInTheKernelsPartAndWin()
    {
        var line = PayloadCommandLine.Assemble("root=UUID=1 quiet -- single", "root=/dev/sda5 rdinit=/other debug");
        Assert.Equal(("quiet debug rdinit=/stiefel/init root=/dev/nbd0p5 noresume nohibernate systemd.swap=0 -- single", "/other"), (line.Text, line.RealInit));
    }
}
