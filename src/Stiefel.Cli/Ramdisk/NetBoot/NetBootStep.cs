using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Ramdisk.NetBoot;

/// <summary>
/// Makes the archive with which the server ramdisk can offer itself to desktops without a stick: boot programs, the kernel, and the beginning of the
/// initrd, of whose other parts the server runs. It is a separate file, because a stick does not need it.
/// </summary>
internal sealed class NetBootStep(PackStep packing, StepLog log, string workDirectory)
{
    // The directory in which the server looks for the files.
    private const string Directory = "netboot";
    private const string KernelName = "vmlinuz", StartName = "start.img";

    /// <summary>Makes the archive; null if it is not wanted or a program is not installed.</summary>
    public async Task<PackedPart?> RunAsync(StiefelConfiguration configuration, KernelTree kernel, InitrdParts parts, Compression compression, CancellationToken token)
    {
        if (configuration.Network.Dhcp == DhcpChoice.Off)
        {
            return null;
        }

        if (NetBootPrograms.Missing() is { } missing)
        {
            log.Note($"no network boot (desktops need a stick): {missing} is not installed (on Debian and Ubuntu: apt install {NetBootPrograms.Packages})");
            return null;
        }

        var root = Path.Combine(workDirectory, "netboot");
        try
        {
            var target = Path.Combine(root, Directory);
            NetBootPrograms.Copy(target);
            File.Copy(kernel.Image, Path.Combine(target, KernelName), overwrite: true);
            await using (var start = File.Create(Path.Combine(target, StartName)))
            {
                parts.WriteStarts(start);
            }

            return await packing.ArchiveAsync("netboot", root, _ => true, compression, token);
        }
        finally
        {
            System.IO.Directory.Delete(root, recursive: true);
        }
    }
}
