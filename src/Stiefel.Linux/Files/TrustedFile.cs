using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Files;

/// <summary>
/// A file that decides what this process does with its rights: its owner must be this process's user or root, and nobody else may be able to
/// write it, or to put another in its place. What is looked at is the open file, and each directory on the way to it.
/// </summary>
public static class TrustedFile
{
    /// <summary>Opens it for reading.</summary>
    /// <param name="path">The file; links are followed, and both ways are looked at.</param>
    /// <exception cref="UntrustedFileException">Others could have written it. The message says who, and what to do.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened.</exception>
    public static FileStream OpenRead(string path)
    {
        // Never a pipe, which would wait for its other end.
        if (FileStamp.Of(path) is { IsRegular: false })
        {
            throw new IOException($"{path}: not a regular file");
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
            // In a sticky directory, as /tmp, others may put files of theirs, and not take ours away (man 7 inode).
            var owner = FileOwner.Of(directory, followLink: true);
            var isSticky = File.GetUnixFileMode(directory).HasFlag(UnixFileMode.StickyBit);
            Check(directory, isSticky ? owner with { OthersMayWrite = false } : owner);
        }
    }

    private static void Check(string path, FileOwner owner)
    {
        if (!owner.IsUsOrRoot)
        {
            throw new UntrustedFileException($"{path}: belongs to another user of this machine, who could have put in what root then does; look at what it holds, then chown it to root");
        }

        if (owner.OthersMayWrite)
        {
            throw new UntrustedFileException($"{path}: others on this machine can change it, and with it what root does; look at what it holds, then chmod go-w it");
        }
    }
}

/// <summary>Others could have written a file on which much depends; the message is one line and says what to do.</summary>
public sealed class UntrustedFileException(string message) : Exception(message);
