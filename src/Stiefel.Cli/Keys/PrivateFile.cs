using Stiefel.CommandLine;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Keys;

/// <summary>Files for their owner's eyes only, which appear complete or not at all.</summary>
internal static class PrivateFile
{
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A new, empty file, open for its owner; its name must be free.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = System.IO.FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        UnixCreateMode = FileMode,
    });

    /// <summary>Writes a new file.</summary>
    /// <param name="target">Its path.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="ifThere">What to say, and refuse, if there is one already.</param>
    /// <param name="flushDirectory">Makes its name durable; by <see cref="DirectorySync"/> if not given.</param>
    /// <exception cref="RefusedException">There is one already; nothing was changed.</exception>
    /// <exception cref="FailedException">It is there, but may be gone after a power failure.</exception>
    public static void Create(string target, ReadOnlySpan<byte> content, string ifThere, Action<string>? flushDirectory = null)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var fresh = Path.Combine(directory, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.new");
        try
        {
            using (var file = Open(fresh))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            if (!ExclusiveRename.TryRename(fresh, target))
            {
                throw new RefusedException(ifThere);
            }
        }
        finally
        {
            File.Delete(fresh);
        }

        try
        {
            (flushDirectory ?? DirectorySync.Flush)(directory);
        }
        catch (IOException error)
        {
            throw new FailedException($"{target} is made and can be used, but a power failure may take it away again: {error.Message}", error);
        }
    }
}
