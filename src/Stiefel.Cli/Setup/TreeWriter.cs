using System.Text;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;
using Stiefel.Linux.Files;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Setup;

/// <summary>Changes files of a laptop's tree so that each is there as it was or as it is to be, also after a power failure in between.</summary>
internal sealed class TreeWriter(LaptopTree tree)
{
    private const string Fresh = ".stiefel-new";
    private const UnixFileMode DirectoryMode = PlannedFile.Public | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode PrivateDirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The directories on the way to a file that are not there yet, the uppermost first.</summary>
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
    /// <param name="path">Its path; that above it is there.</param>
    /// <param name="isPrivate">For root alone.</param>
    public void MakeDirectory(string path, bool isPrivate)
    {
        var mode = isPrivate ? PrivateDirectoryMode : DirectoryMode;
        var place = Place(path);
        Directory.CreateDirectory(place, mode);
        File.SetUnixFileMode(place, mode); // whatever the umask
        DirectorySync.Flush(Path.GetDirectoryName(place)!);
    }

    /// <summary>Writes a file or a link, in the place of whatever has its name.</summary>
    public void Write(PlannedFile file)
    {
        var place = Place(file.Path);
        if (file.Path.StartsWith(EfiVariables.Root + "/", StringComparison.Ordinal))
        {
            WriteVariable(place, file.Content);
            return;
        }

        var fresh = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}{Fresh}");
        File.Delete(fresh); // of a run that was interrupted
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

    // There are no other names there, and a variable is written at once or not.
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

    /// <summary>Writes a large file, which nobody reads yet.</summary>
    public void Copy(Stream content, string path)
    {
        using var stream = new FileStream(Place(path), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = PlannedFile.Public });
        content.CopyTo(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Removes a directory with all that is in it, or a file.</summary>
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

    /// <summary>Removes a directory; false if something is in it.</summary>
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

    /// <summary>The rights of a file that is there.</summary>
    public UnixFileMode ModeOf(string path) => File.GetUnixFileMode(Place(path));

    private string Place(string path) => tree.OnDisk(path) ?? throw new FailedException($"{Path.GetDirectoryName(path)} is not there");
}
