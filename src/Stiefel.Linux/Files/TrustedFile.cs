using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Files;

/// <summary>
/// Opens a file that decides what this process does with its privileges: the owner must be this process's user or root, and nobody else may be able to
/// write it or replace it. The open file is checked, and each directory on the path to it.
/// </summary>
public static class TrustedFile
{
    /// <summary>Opens the file for reading.</summary>
    /// <param name="path">The file; links are followed, and the directories of both the link and its target are checked.</param>
    /// <exception cref="UntrustedFileException">Others could have written the file. The message says who, and what to do.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened.</exception>
    public static FileStream OpenRead(string path)
    {
        // Opening a pipe would wait for its other end.
        if (FileStamp.Of(path) is { IsRegular: false })
        {
            throw new IOException($"{path} is not a regular file");
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            Check(path, FileOwner.Of(file.SafeFileHandle));
            var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
            foreach (var way in real is null ? [path] : (string[])[path, real])
            {
                CheckWay(way);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void CheckWay(string path)
    {
        for (var directory = Path.GetDirectoryName(Path.GetFullPath(path)); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            // In a sticky directory, such as /tmp, others can add files of their own but cannot remove or replace ours (man 7 inode).
            var owner = FileOwner.Of(directory, followLink: true);
            var isSticky = File.GetUnixFileMode(directory).HasFlag(UnixFileMode.StickyBit);
            Check(directory, isSticky ? owner with { OthersMayWrite = false } : owner);
        }
    }

    private static void Check(string path, FileOwner owner)
    {
        if (!owner.IsUsOrRoot)
        {
            throw new UntrustedFileException($"{path}: belongs to another user of this machine, who could use it to make root run commands; check its content, then chown it to root");
        }

        if (owner.OthersMayWrite)
        {
            throw new UntrustedFileException($"{path}: others on this machine can change it, and could use it to make root run commands; check its content, then chmod go-w it");
        }
    }
}

/// <summary>Others could have written a file that must be trusted; the message is one line and says what to do.</summary>
public sealed class UntrustedFileException(string message) : Exception(message);
