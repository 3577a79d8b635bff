using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stiefel.Linux.Files;

namespace Stiefel.Server.State;

/// <summary>A small JSON file for this program alone, which is replaced atomically.</summary>
/// <param name="path">The file's path; its directory is made if it is missing.</param>
/// <param name="type">The JSON metadata of its content.</param>
public sealed class StateFile<T>(string path, JsonTypeInfo<T> type)
    where T : class
{
    // A boot manifest may have 64 KiB, and JSON may need six bytes for each byte of it.
    private const long MaxBytes = 512 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The content, or null if there is no file.</summary>
    /// <exception cref="IOException">The file cannot be read or holds something else.</exception>
    public T? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new IOException($"{path}: larger than {MaxBytes} bytes");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (JsonException e)
        {
            throw new IOException($"{path}: not what this program writes: {e.Message}", e);
        }
    }

    /// <summary>Removes the file if there is one; when this returns, it does not come back after a crash.</summary>
    public void Delete()
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    /// <summary>Replaces the content; when this returns, it survives a crash of this program (and of the machine, on a disk).</summary>
    public void Write(T content)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        var fresh = $"{path}.{Environment.ProcessId}.new";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            JsonSerializer.Serialize(file, content, type);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        DirectorySync.Flush(directory);
    }
}
