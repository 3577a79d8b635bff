using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Laptop;

/// <summary>
/// A laptop's files: `/` for this machine, or a directory that holds a root file system, perhaps with its /sys and /proc. No path and no link leads out of
/// it. Unreadable files count as absent; if permissions are the reason, they are remembered.
/// </summary>
internal sealed class LaptopTree : IDisposable
{
    // Enough for configurations and sysfs; kernel images are read in parts.
    private const int MostBytes = 4 * 1024 * 1024;
    private const int FirstBytes = 4096;

    private readonly ConfinedTree _tree;
    private readonly SortedSet<string> _denied = new(StringComparer.Ordinal);

    /// <param name="root">An existing directory.</param>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    public LaptopTree(string root) => _tree = new ConfinedTree(root);

    /// <summary>Absolute path of the tree's root.</summary>
    public string Root => _tree.Root;

    /// <summary>True if the tree is the machine that this program runs on.</summary>
    public bool IsThisMachine => Root == "/";

    /// <summary>Paths that this user may not read.</summary>
    public IReadOnlyCollection<string> Denied => _denied;

    /// <summary>Free bytes of the file system that holds a directory of this tree; null if unknown.</summary>
    public Func<string, long?> FreeBytes { get; init; } = AvailableBytes;

    /// <summary>Reads a text file and trims white space; null if it does not exist.</summary>
    public string? Text(string path) => Bytes(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() : null;

    /// <summary>The lines of a text file; none if it does not exist.</summary>
    public IEnumerable<string> Lines(string path) => (Text(path) ?? "").Split('\n').Select(line => line.TrimEnd('\r'));

    /// <summary>Reads a file, or its first 4 MiB; null if it does not exist.</summary>
    /// <remarks>Files of the kernel have no length, so this reads until the end.</remarks>
    public byte[]? Bytes(string path) => Use(path, file =>
    {
        var buffer = new byte[FirstBytes];
        var length = file.Read(0, buffer).Length;
        while (length == buffer.Length && length < MostBytes)
        {
            Array.Resize(ref buffer, length * 2);
            length += file.Read(length, buffer.AsSpan(length)).Length;
        }

        return buffer[..length];
    });

    /// <summary>Opens a file for a reader and returns its result; null if the file does not exist.</summary>
    public T? Use<T>(string path, Func<ConfinedFile, T?> read)
        where T : class
        => Quietly(path, () =>
        {
            using var file = _tree.OpenFile(path);
            return file is null ? null : read(file);
        });

    /// <summary>True if there is a regular file of this path.</summary>
    public bool HasFile(string path) => Use(path, file => file) is not null;

    /// <summary>True if there is a directory of this path.</summary>
    public bool HasDirectory(string path) => RealPath(path) is not null;

    /// <summary>True if there is anything of this path, even a dangling link.</summary>
    public bool HasName(string path) => Names(Path.GetDirectoryName(path) ?? "").Contains(Path.GetFileName(path), StringComparer.Ordinal);

    /// <summary>The names in a directory; none if it does not exist.</summary>
    public IReadOnlyList<string> Names(string directory) => Quietly(directory, () => _tree.List(directory)) ?? [];

    /// <summary>A directory's path from the tree's root with all links resolved; null if it does not exist.</summary>
    public string? RealPath(string directory) => Quietly(directory, () => _tree.FindDirectory(directory)) is { } path ? Path.Combine("/", Path.GetRelativePath(Root, path)) : null;

    /// <summary>The target of a link; null if the path is not a link.</summary>
    public string? LinkText(string path) => Quietly(path, () => OnDisk(path) is { } name ? new FileInfo(name).LinkTarget : null);

    /// <summary>The first bytes of a device, or of a file that represents one; null if it does not exist or is a link.</summary>
    public byte[]? DeviceBytes(string path, int count) => Quietly(path, () =>
    {
        if (OnDisk(path) is not { } name || !File.Exists(name) || LinkText(path) is not null)
        {
            return null;
        }

        using var handle = File.OpenHandle(name);
        var buffer = new byte[count];
        return buffer[..RandomAccess.Read(handle, buffer, 0)];
    });

    /// <summary>Converts a path of this tree to one for system calls; null if its directory does not exist.</summary>
    public string? OnDisk(string path) => _tree.FindDirectory(Path.GetDirectoryName(Path.Combine("/", path)) ?? "/") is { } directory
        ? Path.Combine(directory, Path.GetFileName(path))
        : null;

    /// <inheritdoc/>
    public void Dispose() => _tree.Dispose();

    private T? Quietly<T>(string path, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (error is UnauthorizedAccessException or LinuxException { Errno: Errno.EACCES or Errno.EPERM })
            {
                _denied.Add(Path.Combine("/", path));
            }

            return null;
        }
    }

    private static long? AvailableBytes(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
