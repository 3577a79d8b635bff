using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.BootFiles.Disk.Volumes.Lvm;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests;
using Stiefel.Linux.Tests.Mounts;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk.Volumes.Lvm;

/// <summary>Reads what LVM's own tools write; they write metadata even without device-mapper.</summary>
public sealed class VolumeGroupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<LoopDevice> _devices = [];

    public void Dispose()
    {
        _devices.ForEach(device => device.Dispose());
        _directory.Dispose();
    }

    [Fact]
    public void Volumes_OverTwoDevices_AreLinesForDmsetup()
    {
        var (first, second) = (Device(64), Device(32));
        Lvm("pvcreate", first, second);
        Lvm("vgcreate", "test-vg", first, second);
        Lvm("lvcreate", "-n", "small", "-L", "8M", "test-vg");
        Lvm("lvcreate", "-n", "root", "-l", "100%FREE", "test-vg");

        LogicalVolumeTable[] volumes = [.. new VolumeTools().ReadVolumeGroups([first, second])];

        Assert.Equal(["test-vg/small", "test-vg/root"], volumes.Select(volume => volume.Title));
        Assert.Equal(["/dev/mapper/test--vg-root", "/dev/test-vg/root"], volumes[1].UsualPaths);
        Assert.All(volumes, volume => Assert.Equal([first, second], volume.Devices));
        // The sectors of extents of 4 MiB after 1 MiB of metadata: 15 on the first device, 7 on the second.
        Assert.Equal($"0 16384 linear {first} 2048\n", volumes[0].Table);
        Assert.Equal($"0 106496 linear {first} 18432\n106496 57344 linear {second} 2048\n", volumes[1].Table);
    }

    [Fact]
    public void Volumes_Striped_NameChunkAndBothDevices()
    {
        var (first, second) = (Device(32), Device(32));
        Lvm("pvcreate", first, second);
        Lvm("vgcreate", "striped", first, second);
        Lvm("lvcreate", "-n", "fast", "-i", "2", "-I", "64k", "-L", "16M", "striped");
        var volume = Assert.Single(new VolumeTools().ReadVolumeGroups([first, second]));
        Assert.Equal($"0 32768 striped 2 128 {first} 2048 {second} 2048\n", volume.Table);
    }

    [Fact]
    public void Volumes_AfterManyChanges_AreTheNewest()
    {
        var device = Device(32);
        Lvm("pvcreate", "--metadatasize", "20k", device);
        Lvm("vgcreate", "busy", device);
        // Write more text than the ring holds, so that the newest copy wraps around.
        for (var round = 0; round < 24; round++)
        {
            Lvm("lvcreate", "-n", $"v{round}", "-l", "1", "busy");
            if (round > 0)
            {
                Lvm("lvremove", "-y", $"busy/v{round - 1}");
            }
        }

        Assert.Equal(["busy/v23"], new VolumeTools().ReadVolumeGroups([device]).Select(volume => volume.Title));
    }

    [Fact]
    public void Volumes_ADeviceIsMissing_SayWhichAndHideNoOthers()
    {
        var (first, second) = (Device(64), Device(32));
        Lvm("pvcreate", first, second);
        Lvm("vgcreate", "two", first, second);
        Lvm("lvcreate", "-n", "here", "-L", "8M", "two", first);
        Lvm("lvcreate", "-n", "gone", "-L", "8M", "two", second);
        LogicalVolumeTable[] volumes = [.. new VolumeTools().ReadVolumeGroups([first])];
        Assert.NotNull(volumes[0].Table);
        Assert.Null(volumes[1].Table);
        Assert.Equal("a part of two/gone lies on a device that is missing (pv1)", volumes[1].Problem);
        Assert.Equal((false, true), (volumes[0].IsIncomplete, volumes[1].IsIncomplete));
    }

    [Fact]
    public void Volumes_OfOtherKinds_AreNamedAndNotOpened()
    {
        var device = Device(64);
        Lvm("pvcreate", device);
        Lvm("vgcreate", "kinds", device);
        Lvm("lvcreate", "-n", "other", "--type", "error", "-L", "8M", "kinds");
        Lvm("lvcreate", "-n", "usual", "-L", "8M", "kinds");
        LogicalVolumeTable[] volumes = [.. new VolumeTools().ReadVolumeGroups([device])];
        Assert.Equal("kinds/other has LVM's type error; only linear and striped volumes are opened here", volumes[0].Problem);
        Assert.Null(volumes[0].Table);
        Assert.NotNull(volumes[1].Table);
    }

    [Fact]
    public void Read_AFlippedByteAnywhere_IsDamageOrTheSame()
    {
        var image = _directory.File("flip.img");
        var device = Device(32, image);
        Lvm("pvcreate", device);
        Lvm("vgcreate", "flip", device);
        Lvm("lvcreate", "-n", "root", "-L", "8M", "flip");
        ExternalProgram.Run("blockdev", ["--flushbufs", device]);
        var good = File.ReadAllBytes(image)[..(64 * 1024)];
        var table = Tables(image);
        var random = new Random(7);
        for (var at = 512; at < 12 * 1024; at += 1 + random.Next(6))
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(image + ".bad", bad);
            try
            {
                // A change in an unused byte does no harm; a damaged label makes the device no LVM device.
                Assert.Contains(Tables(image + ".bad"), new[] { table, "" });
            }
            catch (Exception error) when (error is FormatException or IOException)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    [Theory]
    [InlineData("a {", "ends within a section")]
    [InlineData("a = \"b", "ends within a string")]
    [InlineData("a = [1, 2", "syntax error")]
    [InlineData("a = [1 2]", "syntax error")]
    [InlineData("= 1", "syntax error")]
    [InlineData("a { b { c { d { e { f { g { h { i { } } } } } } } } }", "more than 8 deep")]
    public void Text_Broken_SaysHow(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => LvmText.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_RandomlyMutated_IsReadOrRefused()
    {
        const string Good = "contents = \"Text\"\nvg-1 { # note\nid = \"x\"\nseqno = 3\nextent_size = 8192\nstatus = [\"A\", \"B\\\"C\"]\n"
            + "physical_volumes { pv0 { id = \"a-b\" pe_start = 2048 } }\nlogical_volumes { root { status = [\"VISIBLE\"]\nsegment1 { start_extent = 0 extent_count = 5 type = \"striped\" stripe_count = 1 stripes = [\"pv0\", 0] } } } }\n";
        var random = new Random(11);
        for (long round = 0; round < Fuzz.Count(20_000); round++)
        {
            var text = Good.ToCharArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                text[random.Next(text.Length)] = "{}[]=\",#\\\n09azA-_. \0é"[random.Next(21)];
            }

            try
            {
                var section = LvmText.Parse(text);
                foreach (var group in VolumeGroup.FromDevices([new PhysicalVolume("/dev/x", "ab", section)]))
                {
                    _ = group.Volumes();
                }
            }
            catch (FormatException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    private static string Tables(string image) => PhysicalVolume.Read(image) is { } volume
        ? string.Concat(VolumeGroup.FromDevices([volume with { Device = "D" }]).SelectMany(group => group.Volumes()).Select(one => one.Table))
        : "";

    private string Device(int mebibytes, string? image = null)
    {
        image ??= _directory.File($"disk{_devices.Count}.img");
        using (var file = File.Create(image))
        {
            file.SetLength((long)mebibytes << 20);
        }

        _devices.Add(new LoopDevice(image));
        return _devices[^1].Path;
    }

    /// <summary>Runs LVM's tools so that they see only our devices, and leave nothing on this machine.</summary>
    private void Lvm(string command, params string[] arguments)
    {
        var filter = string.Concat(_devices.Select(device => $"\"a|^{device.Path}$|\","));
        string[] usual =
        [
            "--driverloaded", "n", "--config",
            $"devices{{filter=[{filter}\"r|.*|\"] global_filter=[{filter}\"r|.*|\"] use_devicesfile=0}} backup{{backup=0 archive=0}} global{{locking_dir=\"{_directory.Path}\"}}",
        ];
        string[] inactive = command == "lvcreate" ? ["-an", "-Zn", "-Wn"] : [];
        ExternalProgram.Run(command, [.. usual, .. inactive, .. arguments]);
    }
}
