using System.Globalization;
using System.Text;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A desktop has the whole disk, and may part it anew; the laptop's kernel does not watch that, and is told to look.</summary>
[Trait("Needs", "machines")]
public sealed class RepartitionTests(MachineParts parts)
{
    private const long Sectors = 65536;
    private const int Table = 1 << 20;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Laptop_ADesktopMadeAPartitionShorter_SeesItWhenBootFilesAreReadNext() => parts.PlayPayloadAsync("repartition", async (run, payload) =>
    {
        var disk = (await parts.StationsAsync()).Disk;
        var handIn = await HandInDisk.MakeAsync(run, directory => WriteTablesAsync(disk, directory), _token);
        await payload.Desktop.Machine.PlugStickAsync(handIn.Path, _token);
        await payload.Shell.RunAsync(
            $"""
            until [ -b /dev/sda ]; do sleep 0.2; done; mount -o ro /dev/sda /mnt && end=$(( $(blockdev --getsize64 /dev/nbd0) - {Table} ))
            dd if=/mnt/first of=/dev/nbd0 conv=notrunc,fsync status=none && dd if=/mnt/last of=/dev/nbd0 bs={Table} seek=$((end / {Table})) conv=notrunc,fsync status=none
            """, _token);
        await payload.Desktop.PowerOffAsync(payload.Shell, _token);

        await payload.Laptop.ForgetDesktopAsync(_token);
        var laptop = await payload.Laptop.OpenShellAsync(_token);
        var size = $"cat /sys/class/block/vda{disk.SparePartition}/size";
        await laptop.RunAsync("stiefel-client fetch --server 127.0.0.1:4644 --out /run/out && rm -r /run/out", _token, TimeLimits.Seconds(120));
        Assert.Equal($"{Sectors}", await laptop.RunAsync(size, _token));
    });

    /// <summary>The disk's first and last mebibyte, with a shorter last partition in both tables (GPT keeps one at each end).</summary>
    private async Task WriteTablesAsync(LaptopDisk disk, string directory)
    {
        var copy = Path.Combine(directory, "whole");
        await DiskCopy.MakeAsync(disk.ImagePath, copy, _token);
        var change = new MemoryStream(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",{Sectors}\n")));
        await ExternalProgram.RunAsync("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", "-N", $"{disk.SparePartition}", copy], new ExternalProgramOptions { Input = change }, _token);
        await using (var image = File.OpenRead(copy))
        {
            var piece = new byte[Table];
            await image.ReadExactlyAsync(piece, _token);
            await File.WriteAllBytesAsync(Path.Combine(directory, "first"), piece, _token);
            image.Position = image.Length - Table;
            await image.ReadExactlyAsync(piece, _token);
            await File.WriteAllBytesAsync(Path.Combine(directory, "last"), piece, _token);
        }

        File.Delete(copy);
    }
}
