using Stiefel.BootFiles.Tests.Catalog;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>The disk cases of Cases/ on real partitions, where an ext4 file system stands for the FAT of the EFI System partition.</summary>
public class DiskCaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Disks => [.. BootCase.Names(disks: true)];

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task Open_DiskOfACase_IsWhatItsLoaderBoots(string name)
    {
        var expected = new BootCase(name);
        using var disk = new LaptopDisk("uefi", ("ext4", 16), ("ext4", 16), ("ext4", 16));
        foreach ((var part, var number, var uuid) in BootCase.Partitions)
        {
            // Asks whether one is sure if the file system was not checked.
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
}
