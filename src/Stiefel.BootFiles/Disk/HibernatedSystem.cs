using System.Globalization;
using System.Text;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;
using Stiefel.Linux.Kernel;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>
/// Finds a hibernated system that the partition types do not show, because its image lies in a file or in an opened volume. When that system
/// wakes, it restores its memory, and would overwrite what a desktop has changed meanwhile.
/// </summary>
internal static class HibernatedSystem
{
    // util-linux's name for a swap area that holds a hibernation image.
    private const string SuspendedSwap = "swsuspend";

    private const int PageSize = 4096;

    // Larger than any disk.
    private const long MostPages = 1L << 40;
    private const int MostFstabBytes = 1 << 20;

    // The swap files in Debian's and Fedora's guides and in Ubuntu's installer; those in /etc/fstab are added.
    private static readonly string[] s_usualFiles = ["/swapfile", "/swap.img", "/swap/swapfile"];

    /// <summary>Refuses a disk that holds a hibernated system.</summary>
    /// <param name="devices">All known devices of the disk.</param>
    /// <param name="spec">The entry that is booted.</param>
    /// <param name="mounts">The directories where the disk's file systems are mounted.</param>
    /// <exception cref="BootCatalogException">The disk holds a hibernated system.</exception>
    public static void RefuseAny(IReadOnlyList<ProbedDevice> devices, BootSpec spec, IEnumerable<string> mounts)
    {
        if ((InVolume(devices) ?? AtOffset(devices, spec) ?? InFiles(mounts)) is { } place)
        {
            throw new BootCatalogException(
                $"{place} holds a hibernated system, which would overwrite what a desktop changed: wake the laptop's own system and shut it down, or discard its image (mkswap), and try again");
        }
    }

    private static string? InVolume(IReadOnlyList<ProbedDevice> devices) =>
        devices.FirstOrDefault(device => device.Type == SuspendedSwap) is { } swap ? VolumeLayers.NameOf(swap) : null;

    /// <summary>Looks where the kernel would: `resume=` names the device, `resume_offset=` the page (Documentation/power/swsusp-and-swap-files.rst).</summary>
    private static string? AtOffset(IReadOnlyList<ProbedDevice> devices, BootSpec spec)
    {
        var arguments = KernelCommandLine.Parse(spec.CommandLine);
        if (arguments["resume"] is not { } name || !long.TryParse(arguments["resume_offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var page)
            || page > MostPages || DeviceName.Find(name, devices) is not { } device)
        {
            return null;
        }

        try
        {
            using var handle = ReadOnlyFile.Open(device.Path);
            return HibernationImage.IsIn(handle, page * PageSize) ? $"the swap file on {VolumeLayers.NameOf(device)} (resume_offset={page})" : null;
        }
        catch (IOException)
        {
            // The system cannot wake from a device that cannot be read.
            return null;
        }
    }

    private static string? InFiles(IEnumerable<string> mounts)
    {
        foreach (var mount in mounts)
        {
            using var tree = new ConfinedTree(mount);
            foreach (var path in SwapFiles(tree))
            {
                if (Holds(tree, path))
                {
                    return $"the swap file {path}";
                }
            }
        }

        return null;
    }

    private static bool Holds(ConfinedTree tree, string path)
    {
        try
        {
            using var file = tree.OpenFile(path);
            return file is not null && HibernationImage.IsIn(file.Handle, 0);
        }
        catch (IOException)
        {
            // A damaged file system is reported when it is mounted.
            return false;
        }
    }

    // Fields of a line: device, directory, type, … (man 5 fstab).
    private static IEnumerable<string> SwapFiles(ConfinedTree tree) => s_usualFiles.Union(
        Fstab(tree).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields is [['/', ..], _, "swap", ..] && !fields[0].StartsWith("/dev/", StringComparison.Ordinal))
            .Select(fields => fields[0]));

    private static string[] Fstab(ConfinedTree tree)
    {
        try
        {
            using var file = tree.OpenFile("/etc/fstab");
            return file is null ? [] : Encoding.UTF8.GetString(file.ReadAll(MostFstabBytes)).Split('\n');
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            return [];
        }
    }
}
