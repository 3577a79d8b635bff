using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Kernel;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>Finds the payload's root file system, to get kernel modules that the initrd may lack.</summary>
internal sealed class RootFileSystem(DiskMounts mounts, IReadOnlyList<ProbedDevice> devices, ProbedDevice bootDevice)
{
    /// <summary>Returns the modules directory, or null and the reason in one line.</summary>
    public async Task<(string? Directory, string? Missing)> FindModulesAsync(BootSpec spec)
    {
        if (spec.KernelRelease.Length == 0)
        {
            return (null, "the kernel image does not state its release");
        }

        var subvolume = BtrfsLayout.SubvolumeOf(KernelCommandLine.Parse(spec.CommandLine)["rootflags"] ?? "");
        if (DeviceName.Find(spec.RootArgument, devices) is { } root)
        {
            return await LookAsync(root, subvolume, spec.KernelRelease);
        }

        // root= is missing or only the initrd understands it (LVM, ZFS, a mapper name): take the file system that has the modules.
        foreach (var device in devices.Where(device => Mount.Supports(device.Type)).OrderByDescending(device => device == bootDevice))
        {
            if (await LookAsync(device, device.Type == "btrfs" ? subvolume : null, spec.KernelRelease) is { Directory: not null } found)
            {
                return found;
            }
        }

        var why = spec.RootArgument.Length > 0
            ? $"root={spec.RootArgument} is not a mountable file system of this disk"
            : $"the command line names no root file system, and none on the disk has lib/modules/{spec.KernelRelease}";
        return (null, devices.Any(device => device.Type is "crypto_LUKS" or "LVM2_member") ? $"{why}; the disk has LUKS or LVM that is not open" : why);
    }

    private async Task<(string? Directory, string? Missing)> LookAsync(ProbedDevice device, string? subvolume, string release)
    {
        if (!Mount.Supports(device.Type))
        {
            return (null, $"the root file system {device.Path} is {(device.Type == "crypto_LUKS" ? "locked (LUKS)" : $"of type {device.Type}, which cannot be mounted here")}");
        }

        try
        {
            var mount = mounts.Add(device, device.Type == "btrfs" ? subvolume : null);
            if (ModulesLocation.Find(mount.Directory, release) is { } directory)
            {
                return (directory, null);
            }

            await mounts.RemoveAsync(mount);
            return (null, $"{device.Path} has no lib/modules/{release}");
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            return (null, $"{device.Path}: {error.Message}");
        }
    }
}
