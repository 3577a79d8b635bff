using System.Text;
using CsCheck;
using Stiefel.Attach.Start;
using Xunit;

namespace Stiefel.Attach.Tests.Start;

public sealed class StartTests
{
    [Fact]
    public void ReadOrder_NamesThatLeadElsewhere_AreLeftOut() => Assert.Equal(
        ["0001-mii.ko", "0002-r8169.ko"],
        PayloadDrivers.ReadOrder("0001-mii.ko\n../../etc/evil.ko\n\n/abs.ko\n.hidden\n0002-r8169.ko\r\n"));

    [Fact]
    public void ReadOrder_AnyText_YieldsOnlyNames() => Gen.String.Sample(text =>
        Assert.All(PayloadDrivers.ReadOrder(text), name => Assert.Equal(name, Path.GetFileName(name))));

    [Fact]
    public void ArgumentsFor_KernelsArguments_StayUnderTheNewName()
    {
        var arguments = RealInit.ArgumentsFor("/init", [[.. "/stiefel/init"u8], [.. "single"u8], [0xff]]);

        Assert.Equal(["/init", "single"], arguments.Take(2).Select(Encoding.UTF8.GetString));
        Assert.Equal([0xff], arguments[2]);
    }
}
