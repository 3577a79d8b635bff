using System.Security.Cryptography;
using System.Text;
using Stiefel.Linux.Files;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.State;

/// <summary>`State:Directory`: records that are trusted after a restart, and the directory where the disk's file systems are mounted for reading.</summary>
public static class StateDirectory
{
    private const int DigitsOfDisk = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The directory below which the disk's file systems are mounted while they are read.</summary>
    public static string MountDirectoryOf(ServerOptions options) => Path.Combine(Path.GetFullPath(options.StateDirectory), "mnt");

    /// <summary>The file that records which desktop has the disk. Each disk has its own, so that servers of different disks do not disturb each other.</summary>
    public static string GrantFileOf(ServerOptions options) => OfDisk(options.StateDirectory, options.Disk.Path, "grant", ".json");

    /// <summary>The file that keeps the boot offer, for the time while a desktop has the disk.</summary>
    public static string OfferFileOf(ServerOptions options) => OfDisk(options.StateDirectory, options.Disk.Path, "offer", ".json");

    /// <summary>The socket of the keeper that holds the disk when the server is killed.</summary>
    public static string KeeperSocketOf(ServerOptions options) => OfDisk(options.StateDirectory, options.Disk.Path, "keeper", "");

    /// <summary>`grant-c1f0a8d2e5b79634.json`: the name is hashed, because a disk's name may contain characters that a file name must not.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="disk">The disk's name in the settings; null for none.</param>
    /// <param name="what">The kind of record.</param>
    /// <param name="end">The file name's extension.</param>
    public static string OfDisk(string directory, string? disk, string what, string end) =>
        Path.Combine(directory, $"{what}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(disk ?? "")))[..DigitsOfDisk]}{end}");

    private static readonly FileStreamOptions s_probe = new() { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose };

    /// <summary>Makes the directory, or refuses one in which other users could place a forged grant.</summary>
    /// <exception cref="UnsafeSettingsException">Others can write to the directory.</exception>
    /// <exception cref="SettingsException">The directory cannot be made or written to.</exception>
    public static void Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            RefuseUnsafe(path);
            // Find out now whether files can be written, rather than when a desktop is granted the disk.
            new FileStream(Path.Combine(path, $".{Environment.ProcessId}.new"), s_probe).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"State:Directory = '{path}': cannot be used: {e.Message.TrimEnd('.')}; start the server as root, or name a directory of your own with --State:Directory DIR");
        }
    }

    private static void RefuseUnsafe(string path)
    {
        var owner = FileOwner.Of(path, followLink: true);
        if (!owner.IsUsOrRoot)
        {
            throw new UnsafeSettingsException($"State:Directory {path}: another user of this machine owns this directory and could forge the records that a restart trusts; name another directory");
        }

        if (owner.OthersMayWrite)
        {
            throw new UnsafeSettingsException($"State:Directory {path}: others on this machine can forge the records that a restart trusts; chmod 700 it, and check its content");
        }
    }
}
