using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

public class FileSystemProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Parse_TwoDevices_KeepsThemApart()
    {
        const string Text = """
            DEVNAME=/dev/sda1
            UUID=8E3F-1A2B
            TYPE=vfat
            USAGE=filesystem
            PART_ENTRY_UUID=11111111-2222-3333-4444-555555555555
            PART_ENTRY_NAME=EFI\ System
            PART_ENTRY_TYPE=c12a7328-f81f-11d2-ba4b-00a0c93ec93b

            DEVNAME=/dev/sda2
            TYPE=crypto_LUKS
            LABEL=a\\b\"c\$d

            """;
        var devices = FileSystemProbe.Parse(Text);
        Assert.Equal(2, devices.Count);
        Assert.Equal(("/dev/sda1", "vfat", "EFI System"), (devices[0].Path, devices[0].Type, devices[0].PartLabel));
        Assert.Equal(("/dev/sda2", "crypto_LUKS", "a\\b\"c$d", ""), (devices[1].Path, devices[1].Type, devices[1].Label, devices[1].Uuid));
    }

    [Fact]
    public void Parse_Garbage_GivesNothing() => Assert.Empty(FileSystemProbe.Parse("TYPE=ext4\n\n=\nno equals\n\\"));

    [Fact]
    public async Task Probe_RealImages_AreToldApartAndEmptyOnesLeftOut()
    {
        using var scratch = new TemporaryDirectory();
        var ext4 = FileSystemImage.Make(scratch.File("a"), "ext4");
        var empty = scratch.Write("b", new string('\0', 1 << 20));
        var xfs = FileSystemImage.Make(scratch.File("c"), "xfs");
        var devices = await FileSystemProbe.ProbeAsync([ext4, empty, xfs], Token);
        Assert.Equal([(ext4, "ext4", "filesystem"), (xfs, "xfs", "filesystem")], devices.Select(device => (device.Path, device.Type, device.Usage)));
        Assert.Empty(await FileSystemProbe.ProbeAsync([empty], Token));
        Assert.Empty(await FileSystemProbe.ProbeAsync([], Token));
    }
}
