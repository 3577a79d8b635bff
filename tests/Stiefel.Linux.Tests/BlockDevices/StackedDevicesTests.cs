using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>Stacks made of files; EndTests try the device mapper itself in virtual machines.</summary>
public sealed class StackedDevicesTests : IDisposable
{
    private readonly SysfsTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Above_DiskWithNothingOnIt_IsEmpty()
    {
        _tree.AddDisk("nbd0", "43:0").AddPartition("nbd0", "nbd0p1", "43:1");
        Assert.Empty(Stack().Above("nbd0"));
    }

    [Fact]
    public void Above_VolumesInLuksOnAPartition_AreClosedBeforeIt()
    {
        _tree.AddDisk("nbd0", "43:0").AddPartition("nbd0", "nbd0p3", "43:3")
            .AddMapped("dm-0", "254:0", "crypt", "nbd0p3").AddMapped("dm-1", "254:1", "vg-root", "dm-0").AddMapped("dm-2", "254:2", "vg-swap", "dm-0");
        Assert.Equal(["dm-1", "dm-2", "dm-0"], Stack().Above("nbd0"));
    }

    [Fact]
    public void Above_LuksOnAnArrayOfTwoPartitions_IsClosedBeforeItAndOnce()
    {
        _tree.AddDisk("nbd0", "43:0").AddPartition("nbd0", "nbd0p1", "43:1").AddPartition("nbd0", "nbd0p2", "43:2")
            .AddMapped("md127", "9:127", "", "nbd0p1", "nbd0p2").AddMapped("dm-0", "254:0", "crypt", "md127");
        Assert.Equal(["dm-0", "md127"], Stack().Above("nbd0"));
    }

    [Fact]
    public void Above_VolumeOverTwoOthers_IsClosedBeforeBoth()
    {
        // The mirror is reached first through one half, and must still be closed before the other half.
        _tree.AddDisk("nbd0", "43:0")
            .AddMapped("dm-0", "254:0", "half-a", "nbd0").AddMapped("dm-1", "254:1", "half-b", "nbd0").AddMapped("dm-2", "254:2", "mirror", "dm-0", "dm-1");
        Assert.Equal(["dm-2", "dm-0", "dm-1"], Stack().Above("nbd0"));
    }

    [Fact]
    public void Above_WholeDiskAndOthers_NamesOnlyWhatStandsOnThisOne()
    {
        _tree.AddDisk("nbd0", "43:0").AddMapped("dm-0", "254:0", "crypt", "nbd0").AddDisk("sda", "8:0").AddMapped("dm-1", "254:1", "local", "sda");
        Assert.Equal(["dm-0"], Stack().Above("nbd0"));
    }

    [Fact]
    public void Above_PartitionsOfAnArray_AreNoDevicesToClose()
    {
        _tree.AddDisk("nbd0", "43:0").AddMapped("md0", "9:0", "", "nbd0").AddPartition("md0", "md0p1", "259:0");
        Directory.Move(Path.Combine(_tree.RootPath, "devices/pci/md0/md0p1"), Path.Combine(_tree.RootPath, "devices/virtual/md0/md0p1"));
        File.Delete(Path.Combine(_tree.RootPath, "class/block/md0p1"));
        Directory.CreateSymbolicLink(Path.Combine(_tree.RootPath, "class/block/md0p1"), Path.Combine(_tree.RootPath, "devices/virtual/md0/md0p1"));
        _tree.AddMapped("dm-0", "254:0", "crypt", "md0p1");
        Assert.Equal(["dm-0", "md0"], Stack().Above("nbd0"));
    }

    [Fact]
    public void Close_Array_StopsItThroughItsState()
    {
        _tree.AddDisk("nbd0", "43:0").AddMapped("md127", "9:127", "", "nbd0").Write("devices/virtual/md127/md/array_state", "clean\n");
        Stack().Close("md127");
        Assert.Equal("clear", File.ReadAllText(Path.Combine(_tree.RootPath, "devices/virtual/md127/md/array_state")));
    }

    [Fact]
    public void Close_UnknownKind_IsRefusedByName()
    {
        _tree.AddDisk("nbd0", "43:0").AddMapped("bcache0", "252:0", "", "nbd0");
        var refusal = Assert.Throws<NotSupportedException>(() => Stack().Close("bcache0"));
        Assert.Equal("/dev/bcache0: neither a device-mapper device nor a RAID array, so it cannot be closed here", refusal.Message);
    }

    [Fact]
    public void Close_MappingWithoutDeviceMapper_SaysWhatIsMissing()
    {
        _tree.AddDisk("nbd0", "43:0").AddMapped("dm-0", "254:0", "crypt", "nbd0");
        var refusal = Assert.Throws<LinuxException>(() => Stack().Close("dm-0"));
        Assert.Contains("mapper/control", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>linux/kdev_t.h: the lower 8 bits of the minor number stand below the major number, the others above it.</summary>
    [Theory]
    [InlineData(254, 0, 0xfe00ul)]
    [InlineData(254, 1, 0xfe01ul)]
    [InlineData(253, 255, 0xfdfful)]
    [InlineData(253, 256, 0x10fd00ul)]
    [InlineData(253, 0xfffff, 0xfff_00000ul | 0xfdff)]
    public void Encode_Number_IsAsTheKernelReadsIt(uint major, uint minor, ulong expected) =>
        Assert.Equal(expected, StackedDevices.Encode(new DeviceNumber(major, minor)));

    [Fact]
    public void DetachLoops_DeviceWithABackingFile_ForgetsIt()
    {
        using var scratch = new TemporaryDirectory();
        var device = ExternalProgram.Run("losetup", ["--find", "--show", FileSystemImage.Make(scratch.File("disk"), "ext4")]).Text.Trim();
        try
        {
            var name = Path.GetFileName(device);
            // Show only this loop device in the tree, so that the machine's other ones are left alone.
            _tree.AddDisk(name, "7:0").Write($"devices/pci/{name}/loop/backing_file", "anything\n");
            Assert.True(File.Exists($"/sys/block/{name}/loop/backing_file"));
            Stack().DetachLoops();
            Assert.False(File.Exists($"/sys/block/{name}/loop/backing_file"));
        }
        finally
        {
            ExternalProgram.Run("losetup", ["--detach", device], new ExternalProgramOptions { AcceptedExitCodes = [1] });
        }
    }

    private StackedDevices Stack() => new(_tree.Sysfs, Devices());

    // The loop devices are the machine's own, but its device mapper must not be used.
    private string Devices()
    {
        var devices = Path.Combine(_tree.RootPath, "dev-nodes");
        Directory.CreateDirectory(devices);
        foreach (var loop in Directory.GetFiles("/dev", "loop*").Where(path => char.IsAsciiDigit(path[^1])))
        {
            var link = Path.Combine(devices, Path.GetFileName(loop));
            if (!File.Exists(link))
            {
                File.CreateSymbolicLink(link, loop);
            }
        }

        return devices;
    }
}
