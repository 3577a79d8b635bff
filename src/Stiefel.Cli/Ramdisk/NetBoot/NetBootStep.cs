using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.CommandLine;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Ramdisk.NetBoot;

/// <summary>
/// What the server ramdisk is given besides, to offer itself to desktops without a stick: boot programs, the kernel, and the beginning of the initrd. The rest
/// of the initrd it runs from. A file of its own, since a desktop's stick needs none of it.
/// </summary>
internal sealed class NetBootStep(PackStep packing, StepLog log, string workDirectory)
{
    // Where the server looks for it.
    private const string Directory = "netboot";
    private const string KernelName = "vmlinuz", StartName = "start.img";

    /// <summary>Makes it; null if it is not wanted, or what it takes is not installed.</summary>
    public async Task<PackedPart?> RunAsync(StiefelConfiguration configuration, KernelTree kernel, InitrdParts parts, Compression compression, CancellationToken token)
    {
        if (configuration.Network.Dhcp == DhcpChoice.Off)
        {
            return null;
        }

        if (NetBootPrograms.Missing() is { } missing)
        {
            log.Note($"no network boot, a desktop needs a stick: {missing} is not installed (on Debian and Ubuntu: apt install {NetBootPrograms.Packages})");
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
