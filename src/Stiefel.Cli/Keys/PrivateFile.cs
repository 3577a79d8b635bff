using Stiefel.Cli.Verbs;
using Stiefel.Linux.FileSystems;

namespace Stiefel.Cli.Keys;

/// <summary>Files for their owner's eyes only, which appear complete or not at all.</summary>
internal static class PrivateFile
{
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new file.</summary>
    /// <param name="target">Its path.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="ifThere">What to say, and refuse, if there is one already.</param>
    public static void Create(string target, ReadOnlySpan<byte> content, string ifThere)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        string fresh = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.new");
        try
        {
            using (var file = new FileStream(fresh, new FileStreamOptions
            {
                Mode = System.IO.FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = FileMode,
            }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            // File.Move without overwrite is link + unlink: it fails if another process made the same name meanwhile.
            File.Move(fresh, target, overwrite: false);
            FolderSync.Flush(folder);
        }
        catch (IOException) when (File.Exists(target))
        {
            throw new RefusedException(ifThere);
        }
        finally
        {
            File.Delete(fresh);
        }
    }
}
