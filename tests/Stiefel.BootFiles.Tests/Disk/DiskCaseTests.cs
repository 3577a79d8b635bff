using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.BootFiles.Tests.Catalog;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>The disk cases of Cases/ on real partitions. The EFI System partition has ext4 instead of FAT here.</summary>
public class DiskCaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Disks => [.. BootCase.Disks];

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task Open_DiskOfACase_IsWhatItsLoaderBoots(string name)
    {
        var expected = new BootCase(name);
        using var disk = new LaptopDisk("uefi", ("ext4", 16), ("ext4", 16), ("ext4", 16));
        foreach ((var part, var number, var uuid) in BootCase.Partitions)
        {
            // tune2fs asks for confirmation if the file system was not checked.
            ExternalProgram.Run("tune2fs", ["-f", "-U", uuid, disk.Partition(number)], new ExternalProgramOptions { Input = new MemoryStream("y\n"u8.ToArray()) });
            var source = Path.Combine(expected.Directory, part);
            if (Directory.Exists(source))
            {
                disk.Fill(number, directory => ExternalProgram.Run("cp", ["-rP", $"{source}/.", directory]));
            }
        }

        var before = disk.Hash();
        using var boot = disk.Source();
        await using (var files = await boot.OpenAsync(Token))
        {
            expected.AssertFound(files.Menu.Default);
        }

        Assert.Equal(before, disk.Hash());
    }

    [Fact]
    public async Task Open_StubOfAFileSystemInLvm_OpensThatAndTakesNoOtherSystem()
    {
        using var disk = new LaptopDisk("uefi", ("ext4", 16), ("ext4", 24), ("", 16));
        using var volume = new LaptopDisk(("ext4", 24));
        disk.Fill(1, efi =>
        {
            Directory.CreateDirectory($"{efi}/EFI/debian");
            File.WriteAllText($"{efi}/EFI/debian/grub.cfg", $"search.fs_uuid {volume.Tag(1, "UUID")} root\nset prefix=($root)/grub\nconfigfile $prefix/grub.cfg\n");
        });
        disk.Fill(2, boot => LaptopFiles.FillBoot(boot, "", "root=old"));
        volume.Fill(1, boot => LaptopFiles.FillBoot(boot, "", "root=new"));
        disk.MakeLvm(3);
        var tools = new FakeVolumeTools();
        tools.Volumes.Add(new LogicalVolumeTable("vg/boot", [], [disk.Partition(3)], "boot", null));
        tools.Mapped["boot"] = volume.Partition(1);
        using var source = disk.Source(tools: tools);
        await using var files = await source.OpenAsync(Token);
        Assert.Equal("root=new", files.Spec.CommandLine);
    }

    [Fact]
    public async Task Open_BtrfsWithARawEnvironmentBlock_BootsTheEntryItNames()
    {
        // As on openSUSE and Fedora: GRUB cannot write to a file on btrfs, so it keeps its variables in blocks before the file system's own.
        using var disk = new LaptopDisk(("btrfs", 128));
        disk.Fill(1, directory =>
        {
            LaptopFiles.FillBoot($"{directory}/boot", "/boot", "first");
            File.WriteAllText($"{directory}/boot/grub/grubenv", "# GRUB Environment Block\nenv_block=512+2\n####");
            File.WriteAllText($"{directory}/boot/grub/grub.cfg", """
                load_env
                if [ "${env_block}" ]; then
                  set env_block="(${root})${env_block}"
                  load_env -f "${env_block}"
                fi
                set default="${saved_entry}"
                menuentry 'A' { linux /boot/vmlinuz root=a
                initrd /boot/initrd.img
                }
                menuentry 'B' --id b { linux /boot/vmlinuz root=b
                initrd /boot/initrd.img
                }

                """);
        });
        await using (var device = File.OpenWrite(disk.Partition(1)))
        {
            device.Position = 512 * 512;
            await device.WriteAsync(System.Text.Encoding.ASCII.GetBytes("# GRUB Environment Block\nsaved_entry=b\n".PadRight(1024, '#')), Token);
        }

        using var source = disk.Source();
        await using var files = await source.OpenAsync(Token);
        Assert.Equal("B", files.Spec.Title);
    }
}
