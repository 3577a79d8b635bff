namespace Stiefel.Client.Transfer;

/// <summary>A file that appears under its name whole, or not at all.</summary>
internal static class CompleteFile
{
    /// <summary>Writes beside the final name and renames once everything is written and on the disk; leaves nothing behind on failure.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> writeAsync)
    {
        string partial = Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.{Environment.ProcessId}.partial");
        try
        {
            await using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
            {
                await writeAsync(file).ConfigureAwait(false);
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
