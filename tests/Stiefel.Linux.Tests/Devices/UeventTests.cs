using System.Text;
using CsCheck;
using Stiefel.Linux.Devices;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Devices;

[Collection("network namespace")]
public sealed class UeventTests
{
    [Fact]
    public void Parse_NetworkInterface_ReadsActionAndVariables()
    {
        var uevent = Uevent.Parse("add@/devices/pci0000:00/0000:00:03.0/net/eth0\0ACTION=add\0SUBSYSTEM=net\0INTERFACE=eth0\0SEQNUM=7\0"u8);

        Assert.NotNull(uevent);
        Assert.Equal(("add", "/devices/pci0000:00/0000:00:03.0/net/eth0", "net"), (uevent.Action, uevent.DevicePath, uevent.Subsystem));
        Assert.Equal("eth0", uevent.Variables["INTERFACE"]);
    }

    [Theory]
    [InlineData("libudev\0\u00fe\u00ed")]
    [InlineData("@nothing")]
    [InlineData("")]
    [InlineData("\0\0")]
    public void Parse_SomethingElse_IsNull(string datagram) => Assert.Null(Uevent.Parse(Encoding.Latin1.GetBytes(datagram)));

    [Fact]
    public void Parse_AnyBytes_NeverFails() => Gen.Byte.Array[0, 200].Sample(bytes => Uevent.Parse(bytes));

    [Fact]
    public void Listener_InterfaceAppears_HearsOfIt()
    {
        using var listener = UeventListener.Open();
        Ip("link add ue0 type veth peer name ue1");

        var deadline = Environment.TickCount64 + 10_000;
        Uevent? heard;
        do
        {
            heard = listener.Next(TimeSpan.FromSeconds(1));
        }
        while (heard?.Variables.GetValueOrDefault("INTERFACE") != "ue0" && Environment.TickCount64 < deadline);

        Assert.Equal("add", heard?.Action);
        Ip("link del ue0");
    }

    [Fact]
    public void Listener_Silence_ReturnsInTime()
    {
        using var listener = UeventListener.Open();
        var start = Environment.TickCount64;

        while (listener.Next(TimeSpan.FromMilliseconds(50)) is not null)
        {
        }

        Assert.InRange(Environment.TickCount64 - start, 0, 5000);
    }
}
