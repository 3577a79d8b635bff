using Stiefel.CommandLine;
using Stiefel.Linux.Files;

namespace Stiefel.Client.Laptop;

/// <summary>Where files go that somebody may boot from: nobody else may lay links there beforehand, or change the files afterwards.</summary>
internal static class OutputDirectory
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes it if it is missing. What is there already, or a link to it, may be somebody else's work, so it is looked at in any case.</summary>
    /// <exception cref="RefusedException">It is somebody else's, or others may write there.</exception>
    public static void Make(string directory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        Directory.CreateDirectory(path, Mode);
        var owner = FileOwner.Of(path, followLink: true);
        if (!owner.IsUsOrRoot || !FileOwner.Of(path, followLink: false).IsUsOrRoot)
        {
            throw new RefusedException($"{directory}: this directory, or the link to it, belongs to another user, who could have files overwritten or exchanged; name a directory that does not exist yet");
        }

        if (owner.OthersMayWrite)
        {
            throw new RefusedException($"{directory}: others on this machine can change what is in this directory; name a directory that does not exist yet, or look at what it holds and chmod go-w it");
        }
    }
}
