using Stiefel.Linux.Devices;
using Xunit;

namespace Stiefel.Linux.Tests.Devices;

public sealed class DriverColdplugTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("stiefel-sys-").FullName;

    public DriverColdplugTests()
    {
        Device("pci0000:00", "");
        Device("pci0000:00/0000:00:1c.0", "pci:v00008086d00001237sv0sd0bc06sc04i00");
        Device("pci0000:00/0000:00:1c.0/0000:01:00.0", "pci:v00001AF4d00001000sv0sd0bc02sc00i00\n");
        Device("pci0000:00/0000:00:1c.0/0000:01:00.0/virtio0", "virtio:d00000001v00001AF4");
        Device("pci0000:00/0000:00:1c.0/0000:01:00.0/virtio0/net/eth0", null);
        Device("pci0000:00/0000:00:02.0", "pci:v00001234d00001111sv0sd0bc03sc00i00");
        Device("virtual/net/lo", null);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void LoadAll_NewDevicesAfterAPass_AreAskedForInTheNextAndOnlyOnce()
    {
        var log = Path.Combine(_root, "asked");
        var modprobe = Path.Combine(_root, "modprobe");
        File.WriteAllText(modprobe, $"#!/bin/sh\necho \"$@\" >> {log}\n");
        File.SetUnixFileMode(modprobe, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var passes = 0;

        var asked = DriverColdplug.LoadAll(modprobe, Settle, _root);

        Assert.Equal(4, asked);
        Assert.Equal(
            ["-a -q -b pci:v00001AF4d00001000sv0sd0bc02sc00i00 pci:v00008086d00001237sv0sd0bc06sc04i00 virtio:d00000001v00001AF4", "-a -q -b usb:v0BDAp8153"],
            File.ReadAllLines(log));

        bool Settle()
        {
            Device("pci0000:00/usb1", "usb:v0BDAp8153");
            passes++;
            return passes > 5;
        }
    }

    private void Device(string path, string? alias)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, "devices", path));
        if (alias is not null)
        {
            File.WriteAllText(Path.Combine(directory.FullName, "modalias"), alias);
        }
    }
}
