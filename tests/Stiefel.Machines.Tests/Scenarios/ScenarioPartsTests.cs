using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Xunit;

namespace Stiefel.Machines.Tests.Scenarios;

public sealed class ScenarioPartsTests
{
    [Theory]
    [InlineData("/dev/nbd0p2 ext4 rw,relatime,errors=remount-ro\n", true, true)]
    [InlineData("/dev/nbd0p12 ext4 ro,relatime", true, false)]
    [InlineData("/dev/vda2 ext4 rw", false, true)]
    [InlineData("/dev/nbd0 ext4 rw", false, true)]
    public void RootMount_OfFindmnt_TellsRemoteAndWritable(string text, bool remote, bool writable)
    {
        var root = RootMount.Parse(text);

        Assert.Equal((remote, writable), (root.IsRemote, root.IsWritable));
    }

    [Fact]
    public void RootMount_OfSomethingElse_IsRefused() => Assert.Throws<MachineException>(() => RootMount.Parse("findmnt: not found"));

    [Theory]
    [InlineData("BOOT=1 ro quiet", false)]
    [InlineData("stiefel-attach s-aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd234567234567", true)]
    [InlineData("nbd-client s-short", false)]
    [InlineData("key=000102030405060708090a0b0c0d0e0f", true)]
    [InlineData("key=000102030405060708090A0B0C0D0E0F", true)]
    [InlineData("key=AAECAwQFBgcICQoLDA0ODw==", true)]
    public void CheckNoSecret_Text_FindsEverySpelling(string text, bool secret)
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(number => (byte)number)];

        var found = Record.Exception(() => PayloadChecks.CheckNoSecret("root 1 /sbin/init\n" + text, key));

        Assert.Equal(secret, found is MachineException);
    }
}
