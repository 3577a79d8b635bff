using System.Security.Cryptography;
using System.Text;
using Stiefel.Linux.Files;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.State;

/// <summary>`State:Directory`: what is believed after a restart, and where the disk's file systems are mounted to be read.</summary>
public static class StateDirectory
{
    private const int DigitsOfDisk = 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Below it the disk's file systems are mounted while they are read.</summary>
    public static string MountDirectoryOf(ServerOptions options) => Path.Combine(Path.GetFullPath(options.StateDirectory), "mnt");

    /// <summary>Records which desktop has the disk. A disk's records are its own: a server of another disk does not touch them.</summary>
    public static string GrantFileOf(ServerOptions options) => OfDisk(options.StateDirectory, options.Disk.Path, "grant", ".json");

    /// <summary>Keeps what there is to boot, for the time while a desktop has the disk.</summary>
    public static string OfferFileOf(ServerOptions options) => OfDisk(options.StateDirectory, options.Disk.Path, "offer", ".json");

    /// <summary>The socket of what holds the disk when the server is killed.</summary>
    public static string KeeperSocketOf(ServerOptions options) => OfDisk(options.StateDirectory, options.Disk.Path, "keeper", "");

    /// <summary>`grant-c1f0a8d2e5b79634.json`: a disk's name may hold what no file's name does.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="disk">As the settings name it; null for none.</param>
    /// <param name="what">What is recorded of it.</param>
    /// <param name="end">The end of the file's name.</param>
    public static string OfDisk(string directory, string? disk, string what, string end) =>
        Path.Combine(directory, $"{what}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(disk ?? "")))[..DigitsOfDisk]}{end}");

    private static readonly FileStreamOptions s_probe = new() { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose };

    /// <summary>Makes it, or refuses one in which others could put a grant of theirs.</summary>
    /// <exception cref="UnsafeSettingsException">They could.</exception>
    /// <exception cref="SettingsException">It cannot be made, or not be written to.</exception>
    public static void Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            RefuseUnsafe(path);
            // Now, rather than when a desktop is granted the disk.
            new FileStream(Path.Combine(path, $".{Environment.ProcessId}.new"), s_probe).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"State:Directory = '{path}': cannot be used: {e.Message.TrimEnd('.')}; start the server as root, or name a directory of your own by --State:Directory DIR");
        }
    }

    private static void RefuseUnsafe(string path)
    {
        var owner = FileOwner.Of(path, followLink: true);
        if (!owner.IsUsOrRoot)
        {
            throw new UnsafeSettingsException($"State:Directory {path}: another user of this machine owns this directory and could put in what a restart believes; name another");
        }

        if (owner.OthersMayWrite)
        {
            throw new UnsafeSettingsException($"State:Directory {path}: others on this machine can put in what a restart believes; chmod 700 it, and look at what it holds");
        }
    }
}
