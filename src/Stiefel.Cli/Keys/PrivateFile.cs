using Stiefel.CommandLine;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Keys;

/// <summary>Writes files that only their owner can read, and that appear complete or not at all.</summary>
internal static class PrivateFile
{
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates and opens an empty file that only its owner can read.</summary>
    /// <exception cref="IOException">The name is taken, or the file cannot be created.</exception>
    public static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = System.IO.FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        UnixCreateMode = FileMode,
    });

    /// <summary>Writes a new file.</summary>
    /// <param name="target">The file's path.</param>
    /// <param name="content">The file's bytes.</param>
    /// <param name="ifThere">The message of the refusal if the file exists.</param>
    /// <param name="flushDirectory">Makes the file's name durable; null uses <see cref="DirectorySync"/>.</param>
    /// <exception cref="RefusedException">The file exists; nothing was changed.</exception>
    /// <exception cref="FailedException">The file was written, but may be gone after a power failure.</exception>
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
            throw new FailedException($"{target} is written and can be used, but may be gone after a power failure: {error.Message}", error);
        }
    }
}
