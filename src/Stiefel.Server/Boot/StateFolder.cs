using Stiefel.Linux.FileSystems;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Boot;

/// <summary>`State:Directory`: what is believed after a restart, and where the disk's file systems are mounted to be read.</summary>
public static class StateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes it, or refuses one in which others could put a grant of theirs.</summary>
    /// <exception cref="UnsafeSettingsException">They could.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly);
        var owner = FileOwner.Of(path, followLink: true);
        if (!owner.IsUsOrRoot)
        {
            throw new UnsafeSettingsException($"State:Directory {path}: another user of this machine owns this folder and could put in what a restart believes; name another");
        }

        if (owner.OthersMayWrite)
        {
            throw new UnsafeSettingsException($"State:Directory {path}: others on this machine can put in what a restart believes; chmod 700 it, and look at what it holds");
        }
    }
}
