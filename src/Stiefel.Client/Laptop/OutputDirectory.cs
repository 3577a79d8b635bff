using Stiefel.CommandLine;
using Stiefel.Linux.Files;

namespace Stiefel.Client.Laptop;

/// <summary>A directory for files that a machine may boot from: no other user may place links there beforehand or change the files afterwards.</summary>
internal static class OutputDirectory
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes the directory if it is missing. Its owner is always checked, because an existing directory, or a link to it, may be another user's.</summary>
    /// <exception cref="RefusedException">It belongs to another user, or others may write there.</exception>
    public static void Make(string directory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        Directory.CreateDirectory(path, Mode);
        var owner = FileOwner.Of(path, followLink: true);
        if (!owner.IsUsOrRoot || !FileOwner.Of(path, followLink: false).IsUsOrRoot)
        {
            throw new RefusedException($"{directory}: this directory, or the link to it, belongs to another user, who could replace files in it; name a directory that does not exist yet");
        }

        if (owner.OthersMayWrite)
        {
            throw new RefusedException($"{directory}: others on this machine can change what is in this directory; name a directory that does not exist yet, or check its content and chmod go-w it");
        }
    }
}
