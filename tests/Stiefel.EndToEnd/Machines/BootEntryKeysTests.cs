using System.Globalization;
using Stiefel.Keys;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// The ramdisk of a boot entry that is started once, as its firmware would start it: with an archive of all keys that lies on the EFI System partition. The
/// partition is searched for their bytes when the ramdisk serves. FirmwareEntryTests takes the whole way there.
/// </summary>
[Trait("Needs", "machines")]
public sealed class BootEntryKeysTests(MachineParts parts)
{
    private const string PartitionId = "5a1e0032-4b1d-4c33-9e44-000000000001";
    private const string Place = "/EFI/stiefel/0123456789abcdef/keys.img";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Ramdisk_WithKeysLentByTheEfiSystemPartition_WipesThemThereBeforeItServes() => parts.PlayAsync("boot-entry-keys", async run =>
    {
        var (menu, blue) = (parts.NewKey(EntryKeys.Name), parts.NewKey("blue"));
        var archive = Path.Combine(run.WorkDirectory, "keys.img");
        await File.WriteAllBytesAsync(archive, EntryKeys.OfAll([menu, blue], new EntryKeysPlace($"PARTUUID={PartitionId}", "vfat", Place)), _token);
        var disk = await MakeDiskAsync(run.WorkDirectory, archive);
        Assert.True(IsOn(disk, menu) && IsOn(disk, blue));

        await using var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(disk)], menu, _token, besides: archive);

        Assert.Contains(laptop.Console.Tail, line => line.Contains($"stiefel: the keys that were lent for this start are wiped from {Place}", StringComparison.Ordinal));
        Assert.False(IsOn(disk, blue));
        Assert.True(IsOn(disk, menu));

        // They are accepted all the same.
        var shell = await RamdiskLaptop.ShellAsync(laptop, _token);
        await shell.RunAsync("[ -e /etc/stiefel/keys/blue.key ] && [ ! -e /etc/stiefel/entry-place ] && ! grep -q vfat /proc/mounts", _token);
    });

    /// <summary>A disk with the EFI System partition alone.</summary>
    private async Task<string> MakeDiskAsync(string directory, string archive)
    {
        var image = new DiskImage(Path.Combine(directory, "laptop.img"));
        await ExternalProgram.RunAsync("truncate", ["-s", "64M", image.Path], token: _token);
        await ExternalProgram.RunAsync("sgdisk", ["-n", "1:0:+48M", "-t", "1:EF00", "-u", $"1:{PartitionId}", image.Path], token: _token);
        var efi = (await image.PartitionsAsync(_token))[0];
        await ExternalProgram.RunAsync("mkfs.fat", ["-F", "16", "--offset", $"{efi.Offset / 512}", image.Path, $"{efi.Length / 1024}"], token: _token);
        var tree = Path.Combine(directory, "esp");
        Directory.CreateDirectory(Path.GetDirectoryName(tree + Place)!);
        File.Copy(archive, tree + Place);
        await ExternalProgram.RunAsync("mcopy", ["-s", "-i", string.Create(CultureInfo.InvariantCulture, $"{image.Path}@@{efi.Offset}"), Path.Combine(tree, "EFI"), "::/"], token: _token);
        return image.Path;
    }

    private static bool IsOn(string disk, string key)
    {
        using var image = File.OpenHandle(disk, share: FileShare.ReadWrite);
        var bytes = new byte[RandomAccess.GetLength(image)];
        RandomAccess.Read(image, bytes, 0);
        return bytes.AsSpan().IndexOf(File.ReadAllBytes(key)) >= 0;
    }
}
