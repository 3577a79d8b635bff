using Stiefel.Linux.Devices;
using Xunit;

namespace Stiefel.Linux.Tests.Devices;

public sealed class HardwareAliasesTests : IDisposable
{
    private readonly string _sys = Directory.CreateTempSubdirectory("stiefel-sys-").FullName;

    public void Dispose() => Directory.Delete(_sys, recursive: true);

    [Fact]
    public void ForNetworkPath_UsbAndVirtualInterfaces_GivesEveryStepUpToTheRootOnce()
    {
        const string Controller = "devices/pci0000:00/0000:00:14.0";
        Alias(Controller, "pci:v00008086d0000A36Dsv0sd0bc0Csc03i30");
        Alias($"{Controller}/usb1/1-1/1-1:1.0", "usb:v0BDAp8156d3104dc00");
        Interface("eth0", $"{Controller}/usb1/1-1/1-1:1.0/net/eth0");
        Write($"{Controller}/usb1/1-1/1-1:1.0/net/eth0/phydev/phy_id", "0x001cc800\n");
        Alias($"{Controller}/usb1/1-2/1-2:1.0", "usb:v0B95p1790");
        Interface("eth1", $"{Controller}/usb1/1-2/1-2:1.0/net/eth1");
        Interface("lo", "devices/virtual/net/lo");
        Alias("devices/pci0000:00/0000:00:02.0", "pci:display, on the way to no interface");

        Assert.Equal(
            ["mdio:00000000000111001100100000000000", "pci:v00008086d0000A36Dsv0sd0bc0Csc03i30", "usb:v0B95p1790", "usb:v0BDAp8156d3104dc00"],
            HardwareAliases.ForNetworkPath(_sys));
    }

    [Fact]
    public void ForNetworkPath_NoSysfs_GivesNothing() => Assert.Empty(HardwareAliases.ForNetworkPath(_sys));

    [Fact]
    public void ForNetworkPath_OfThisMachine_GivesOnlyAliases() =>
        Assert.All(HardwareAliases.ForNetworkPath("/sys"), alias => Assert.Matches("^[a-z0-9_]+:", alias));

    private void Alias(string device, string alias) => Write($"{device}/modalias", alias + "\n");

    private void Interface(string name, string device)
    {
        Directory.CreateDirectory(Path.Combine(_sys, device));
        Directory.CreateDirectory(Path.Combine(_sys, "class/net"));
        Directory.CreateSymbolicLink(Path.Combine(_sys, "class/net", name), $"../../{device}");
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_sys, file))!);
        File.WriteAllText(Path.Combine(_sys, file), text);
    }
}
