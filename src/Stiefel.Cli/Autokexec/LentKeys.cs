using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Lends all keys to the ramdisk of the boot entry that set-up made, just before it is started once: what kexec carries in memory, firmware and boot loaders
/// read from a partition. The ramdisk wipes them there before it serves; whatever ends in staying takes them back.
/// </summary>
/// <param name="keys">The directory of keys.</param>
/// <param name="report">Receives lines for people.</param>
internal sealed class LentKeys(KeyDirectory keys, Action<string> report) : IDisposable
{
    private const string Partitions = "/dev/disk/by-partuuid";
    private const UnixFileMode MayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode MayPass = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Those that are overwritten in place, with the kernel's name for the ramdisk.
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        ["vfat"] = "vfat", ["ext2"] = "ext4", ["ext3"] = "ext4", ["ext4"] = "ext4", ["xfs"] = "xfs",
    };

    private SafeFileHandle? _held;

    /// <summary>The root of the laptop's tree; another one in tests.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Finds a file's mount, and whether it is a plain partition; tests replace it.</summary>
    public Func<string, (MountEntry Mount, bool IsPartition)?> MountOf { get; init; } = MountPlace.Of;

    /// <summary>Finds the identifier of a partition's device in its table; null if it has none. Tests replace it.</summary>
    public Func<string, string?> PartitionOf { get; init; } = IdOf;

    /// <summary>Checks that the keys can be lent to an entry, if it does not bring its own.</summary>
    /// <returns>The number of keys; null if the entry brings its own.</returns>
    /// <exception cref="FailedException">They cannot be lent, or there are none.</exception>
    public int? Check(IOneTimeEntry entry)
    {
        if (FileOf(entry) is not { } file)
        {
            return null;
        }

        _ = PlaceOf(file);
        return CarriedKeys.RequiredIn(keys, report).Count;
    }

    /// <summary>Writes the keys where the entry's ramdisk gets them, unless it brings its own. Takes no room: set-up reserved it.</summary>
    /// <exception cref="FailedException">They cannot be lent, or there are none.</exception>
    public void Lend(IOneTimeEntry entry)
    {
        if (FileOf(entry) is not { } file)
        {
            return;
        }

        var content = EntryKeys.OfAll(CarriedKeys.RequiredIn(keys, _ => { }), PlaceOf(file));
        try
        {
            // Locked until this process ends: another that starts meanwhile, or set-up's update, must not take them back.
            _held = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            EntryKeys.Overwrite(_held, content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"the keys for the ramdisk cannot be written to {file}: {error.Message}; run `stiefel setup-server-os` again, which lets the service write there", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Leaves the key of the menu alone in the file, if it holds anything else: a leave was cancelled or cut short, or its ramdisk could not wipe the keys.</summary>
    /// <returns>True if it held anything else, and does not any more.</returns>
    public bool TakeBack()
    {
        _held?.Dispose();
        try
        {
            var menu = EntryKeys.OfMenu(keys.Path);
            if (Find() is not { } file || EntryKeys.Holds(File.ReadAllBytes(file), menu))
            {
                return false;
            }

            EntryKeys.Overwrite(file, menu);
            report($"the keys that were lent to the ramdisk's boot entry are wiped from {file}");
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            report($"warning: all keys may still lie beside the ramdisk of the boot entry: {error.Message}; to wipe them there: stiefel setup-server-os --update");
            return false;
        }
    }

    /// <summary>Releases the file, as the end of the process does.</summary>
    public void Dispose() => _held?.Dispose();

    // Links on the way are resolved, as the mount table has it. Null if set-up made no entry, or an older version did.
    private string? Find()
    {
        using var tree = new LaptopTree(Root);
        return tree.LinkText(EntryKeys.Link) is { } target && tree.OnDisk(target) is { } file && File.Exists(file) ? file : null;
    }

    private string? FileOf(IOneTimeEntry entry) => Find() is { } file && entry.ReadsKeysFrom(file) ? file : null;

    private EntryKeysPlace PlaceOf(string file)
    {
        if (IsOpen(file))
        {
            throw new FailedException($"{file}: other users of this laptop could read the keys that the ramdisk gets there; mount that partition with umask=0077 (/etc/fstab)");
        }

        if (new FileInfo(file).Length < EntryKeys.Size)
        {
            throw new FailedException($"{file} has no room for the keys that the ramdisk gets there; make it anew: stiefel setup-server-os --update");
        }

        return MountOf(file) is { IsPartition: true, Mount: var mount } && s_types.TryGetValue(mount.Type, out var type) && PartitionOf(mount.Source) is { } id
            ? new EntryKeysPlace($"PARTUUID={id}", type, Path.Combine(mount.Root, Path.GetRelativePath(mount.Directory, file)))
            : throw new FailedException($"{file} is not on a plain FAT, ext or xfs partition, so the ramdisk could not wipe the keys that it gets there; use `leave: kexec`, which carries them in memory");
    }

    private static bool IsOpen(string file)
    {
        if ((File.GetUnixFileMode(file) & MayRead) == 0)
        {
            return false;
        }

        for (var directory = Path.GetDirectoryName(file); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if ((File.GetUnixFileMode(directory) & MayPass) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static string? IdOf(string device)
    {
        var name = Path.GetFileName(File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName ?? device);
        return Directory.Exists(Partitions)
            ? Directory.EnumerateFiles(Partitions).Where(link => Path.GetFileName(new FileInfo(link).LinkTarget) == name).Select(Path.GetFileName).FirstOrDefault()
            : null;
    }
}
