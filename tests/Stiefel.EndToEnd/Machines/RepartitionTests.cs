using System.Globalization;
using System.Text;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a desktop that repartitions the disk: the laptop's kernel does not notice, so the server has it read the table again.</summary>
[Trait("Needs", "machines")]
public sealed class RepartitionTests(MachineParts parts) : PayloadScenario(parts)
{
    private const long Sectors = 65536;
    private const int Table = 1 << 20;

    [Fact]
    public Task Laptop_ADesktopMadeAPartitionShorter_SeesItWhenBootFilesAreReadNext() => PlayAsync("repartition", async (run, payload) =>
    {
        var disk = (await Parts.StationsAsync()).Disk;
        await HandInAsync(run, payload, directory => WriteTablesAsync(disk, directory));
        await payload.Shell.RunAsync(
            $"""
            end=$(( $(blockdev --getsize64 /dev/nbd0) - {Table} ))
            dd if=/mnt/first of=/dev/nbd0 conv=notrunc,fsync status=none && dd if=/mnt/last of=/dev/nbd0 bs={Table} seek=$((end / {Table})) conv=notrunc,fsync status=none
            """, Token);
        await payload.Desktop.PowerOffAsync(payload.Shell, Token);

        await payload.Laptop.ForgetDesktopAsync(Token);
        var laptop = await payload.Laptop.OpenShellAsync(Token);
        var size = $"cat /sys/class/block/vda{disk.SparePartition}/size";
        await laptop.RunAsync("stiefel-client fetch --server 127.0.0.1:4644 --out /run/out && rm -r /run/out", Token, TimeLimits.Seconds(120));
        Assert.Equal($"{Sectors}", await laptop.RunAsync(size, Token));
    });

    /// <summary>Writes the disk's first and last mebibyte to files, with a shorter last partition in both partition tables (GPT keeps one at each end).</summary>
    private async Task WriteTablesAsync(LaptopDisk disk, string directory)
    {
        var copy = Path.Combine(directory, "whole");
        await DiskCopy.MakeAsync(disk.ImagePath, copy, Token);
        var change = new MemoryStream(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",{Sectors}\n")));
        await ExternalProgram.RunAsync("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", "-N", $"{disk.SparePartition}", copy], new ExternalProgramOptions { Input = change }, Token);
        await using (var image = File.OpenRead(copy))
        {
            var piece = new byte[Table];
            await image.ReadExactlyAsync(piece, Token);
            await File.WriteAllBytesAsync(Path.Combine(directory, "first"), piece, Token);
            image.Position = image.Length - Table;
            await image.ReadExactlyAsync(piece, Token);
            await File.WriteAllBytesAsync(Path.Combine(directory, "last"), piece, Token);
        }

        File.Delete(copy);
    }
}
