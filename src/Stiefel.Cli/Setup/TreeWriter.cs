using System.Text;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;
using Stiefel.Linux.Files;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Setup;

/// <summary>Changes files of a laptop's tree atomically: after a power failure each file has either its old or its new content.</summary>
internal sealed class TreeWriter(LaptopTree tree)
{
    private const string Fresh = ".stiefel-new";
    private const UnixFileMode DirectoryMode = PlannedFile.Public | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode PrivateDirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The missing directories on the way to a file, topmost first.</summary>
    public IReadOnlyList<string> MissingAbove(string path)
    {
        var missing = new List<string>();
        for (var directory = Path.GetDirectoryName(path); directory is not null && !tree.HasDirectory(directory); directory = Path.GetDirectoryName(directory))
        {
            missing.Insert(0, directory);
        }

        return missing;
    }

    /// <summary>Makes one directory.</summary>
    /// <param name="path">The directory's path; its parent must exist.</param>
    /// <param name="isPrivate">True if only root may read it.</param>
    public void MakeDirectory(string path, bool isPrivate)
    {
        var mode = isPrivate ? PrivateDirectoryMode : DirectoryMode;
        var place = Place(path);
        Directory.CreateDirectory(place, mode);
        File.SetUnixFileMode(place, mode); // regardless of the umask
        DirectorySync.Flush(Path.GetDirectoryName(place)!);
    }

    /// <summary>Writes a file or a link, replacing what has its name.</summary>
    public void Write(PlannedFile file)
    {
        var place = Place(file.Path);
        if (file.Path.StartsWith(EfiVariables.Root + "/", StringComparison.Ordinal))
        {
            WriteVariable(place, file.Content);
            return;
        }

        var fresh = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}{Fresh}");
        File.Delete(fresh); // left by an interrupted run
        try
        {
            if (file.IsLink)
            {
                File.CreateSymbolicLink(fresh, Encoding.UTF8.GetString(file.Content));
            }
            else
            {
                using var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = PlannedFile.Private });
                stream.Write(file.Content);
                File.SetUnixFileMode(stream.SafeFileHandle, file.Mode);
                stream.Flush(flushToDisk: true);
            }

            File.Move(fresh, place, overwrite: true);
        }
        finally
        {
            File.Delete(fresh);
        }

        DirectorySync.Flush(Path.GetDirectoryName(place)!);
    }

    // Write in place: efivarfs allows no temporary names, and writing a variable is atomic.
    private static void WriteVariable(string place, byte[] content)
    {
        File.Delete(place);
        using var file = new FileStream(place, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(content);
    }

    /// <summary>Removes a file or a link, if it is there.</summary>
    public void Remove(string path)
    {
        if (tree.OnDisk(path) is { } place && !tree.HasDirectory(path))
        {
            File.Delete(place);
            DirectorySync.Flush(Path.GetDirectoryName(place)!);
        }
    }

    /// <summary>Writes a large file in place; use it only for files that nothing reads yet.</summary>
    public void Copy(Stream content, string path)
    {
        using var stream = new FileStream(Place(path), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = PlannedFile.Public });
        content.CopyTo(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Removes a directory with its content, or a file.</summary>
    public void RemoveTree(string path)
    {
        Remove(path);
        if (tree.HasDirectory(path))
        {
            var place = Place(path);
            Directory.Delete(place, recursive: true);
            DirectorySync.Flush(Path.GetDirectoryName(place)!);
        }
    }

    /// <summary>Removes a directory; false if it is not empty.</summary>
    public bool TryRemoveDirectory(string path)
    {
        if (!tree.HasDirectory(path))
        {
            return true;
        }

        var place = Place(path);
        if (Directory.EnumerateFileSystemEntries(place).Any())
        {
            return false;
        }

        Directory.Delete(place);
        DirectorySync.Flush(Path.GetDirectoryName(place)!);
        return true;
    }

    /// <summary>The mode of an existing file.</summary>
    public UnixFileMode ModeOf(string path) => File.GetUnixFileMode(Place(path));

    private string Place(string path) => tree.OnDisk(path) ?? throw new FailedException($"{Path.GetDirectoryName(path)} is not there");
}
