using System.Text;
using Stiefel.BootFiles.Disk;
using Stiefel.Linux.Tests;

namespace Stiefel.BootFiles.Tests.Disk;

public sealed class DiskNameTests : IDisposable
{
    private readonly TemporaryDirectory _sys = new();

    public DiskNameTests()
    {
        Add("vda/serial", "vm-disk-serial-that-is-long\n");
        Add("nvme0n1/device/serial", "S4EWNX0R123456      \n");
        Add("nvme0n1/wwid", "eui.0025385b01234567\n");
        Add("sda/device/vpd_pg80", "\0\u0080\0\u0014            WD-WX12 A3");
        Add("sda/device/wwid", "naa.50014ee2b1234567\n");
        Add("loop0/size", "0\n");
    }

    public void Dispose() => _sys.Dispose();

    [Fact]
    public void List_FixtureTree_KnowsEveryKindOfDisk() => Assert.Equal(
        [
            new DiskIdentity("/dev/loop0", "", ""),
            new DiskIdentity("/dev/nvme0n1", "S4EWNX0R123456", "eui.0025385b01234567"),
            new DiskIdentity("/dev/sda", "WD-WX12 A3", "naa.50014ee2b1234567"),
            new DiskIdentity("/dev/vda", "vm-disk-serial-that-is-long", ""),
        ],
        DiskIdentity.List(_sys.Path));

    [Theory]
    [InlineData("nvme-Samsung_SSD_970_EVO_1TB_S4EWNX0R123456", "/dev/nvme0n1")]
    [InlineData("nvme-Samsung_SSD_970_EVO_1TB_S4EWNX0R123456-part2", "/dev/nvme0n1p2")]
    [InlineData("nvme-eui.0025385b01234567", "/dev/nvme0n1")]
    [InlineData("ata-WDC_WD10EZEX-08WN4A0_WD-WX12_A3", "/dev/sda")]
    [InlineData("wwn-0x50014ee2b1234567-part3", "/dev/sda3")]
    [InlineData("virtio-vm-disk-serial-that-", "/dev/vda")]
    public void FindById_LinkOfUdev_FindsTheDisk(string link, string path) =>
        Assert.Equal(path, DiskName.FindById("/dev/disk/by-id/" + link, DiskIdentity.List(_sys.Path)));

    [Theory]
    [InlineData("nvme-Samsung_OTHER")]
    [InlineData("virtio-")]
    [InlineData("")]
    public void FindById_NoSuchDisk_SaysSo(string link)
    {
        var error = Assert.Throws<IOException>(() => DiskName.FindById("/dev/disk/by-id/" + link, DiskIdentity.List(_sys.Path)));
        Assert.Contains("there is no disk", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindById_TwoDisksOfOneSerial_RefusesToChoose()
    {
        Add("sdb/device/vpd_pg80", "\0\u0080\0\u0014            WD-WX12 A3");
        var error = Assert.Throws<IOException>(() => DiskName.FindById("/dev/disk/by-id/ata-X_WD-WX12_A3", DiskIdentity.List(_sys.Path)));
        Assert.Contains("/dev/sda, /dev/sdb", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/sda")]
    [InlineData("disk.img")]
    public async Task Resolve_Path_IsItself(string path) => Assert.Equal(path, await DiskName.ResolveAsync(path, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Resolve_UnknownUuid_SaysSo()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => DiskName.ResolveAsync("UUID=00000000-dead-beef-0000-000000000000", TestContext.Current.CancellationToken));
        Assert.Contains("UUID=00000000-dead-beef", error.Message, StringComparison.Ordinal);
    }

    private void Add(string file, string content)
    {
        var path = Path.Combine(_sys.Path, "block", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(content));
    }
}
