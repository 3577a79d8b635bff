using Stiefel.Linux.Files;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.State;

/// <summary>`State:Directory`: what is believed after a restart, and where the disk's file systems are mounted to be read.</summary>
public static class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Below it the disk's file systems are mounted while they are read.</summary>
    public static string MountDirectoryOf(ServerOptions options) => Path.Combine(Path.GetFullPath(options.StateDirectory), "mnt");

    /// <summary>Records which desktop has the disk.</summary>
    public static string GrantFileOf(ServerOptions options) => Path.Combine(options.StateDirectory, "grant.json");

    /// <summary>Keeps what there is to boot, for the time while a desktop has the disk.</summary>
    public static string OfferFileOf(ServerOptions options) => Path.Combine(options.StateDirectory, "offer.json");

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
