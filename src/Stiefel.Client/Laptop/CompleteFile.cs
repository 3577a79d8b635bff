namespace Stiefel.Client.Laptop;

/// <summary>Writes a file that appears under its name complete or not at all.</summary>
internal static class CompleteFile
{
    // Create a new file and never open an existing one, which could be a link to any file.
    private static readonly FileStreamOptions s_options = new()
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0,
        // An initrd may hold the key of its disk.
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    /// <summary>Writes to a temporary name in the same directory and renames the file once everything is on the disk; leaves nothing behind on failure.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> writeAsync)
    {
        var partial = Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.{Environment.ProcessId}.partial");
        File.Delete(partial); // left over from a process of the same number that was killed
        try
        {
            await using (var file = new FileStream(partial, s_options))
            {
                await writeAsync(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
