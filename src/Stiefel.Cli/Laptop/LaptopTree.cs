using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Laptop;

/// <summary>
/// A laptop as its files show it: `/` for this machine, or a directory that holds a root file system, perhaps with its /sys and /proc. No path and no
/// link leaves it. What cannot be read is absent, and is remembered where rights are the reason.
/// </summary>
internal sealed class LaptopTree : IDisposable
{
    // Configurations and what sysfs says; a kernel image is read in parts.
    private const int MostBytes = 4 * 1024 * 1024;
    private const int FirstBytes = 4096;

    private readonly ConfinedTree _tree;
    private readonly SortedSet<string> _denied = new(StringComparer.Ordinal);

    /// <param name="root">An existing directory.</param>
    /// <exception cref="LinuxException">There is none.</exception>
    public LaptopTree(string root) => _tree = new ConfinedTree(root);

    /// <summary>Its top, absolute.</summary>
    public string Root => _tree.Root;

    /// <summary>It is the machine that this program runs on.</summary>
    public bool IsThisMachine => Root == "/";

    /// <summary>What only another user may read.</summary>
    public IReadOnlyCollection<string> Denied => _denied;

    /// <summary>Free bytes of the file system that a directory of this tree is on; null if it cannot be told.</summary>
    public Func<string, long?> FreeBytes { get; init; } = AvailableBytes;

    /// <summary>A text file without white space around it; null if it is not there.</summary>
    public string? Text(string path) => Bytes(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() : null;

    /// <summary>The lines of a text file; none if it is not there.</summary>
    public IEnumerable<string> Lines(string path) => (Text(path) ?? "").Split('\n').Select(line => line.TrimEnd('\r'));

    /// <summary>A file, or its first 4 MiB; null if it is not there.</summary>
    /// <remarks>The kernel's own files do not say how long they are.</remarks>
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

    /// <summary>What a reader makes of a file; null if it is not there.</summary>
    public T? Use<T>(string path, Func<ConfinedFile, T?> read)
        where T : class
        => Quietly(path, () =>
        {
            using var file = _tree.OpenFile(path);
            return file is null ? null : read(file);
        });

    /// <summary>There is a regular file.</summary>
    public bool HasFile(string path) => Use(path, file => file) is not null;

    /// <summary>There is a directory.</summary>
    public bool HasDirectory(string path) => RealPath(path) is not null;

    /// <summary>There is something of this name, and be it a link that leads nowhere.</summary>
    public bool HasName(string path) => Names(Path.GetDirectoryName(path) ?? "").Contains(Path.GetFileName(path), StringComparer.Ordinal);

    /// <summary>The names in a directory; none if it is not there.</summary>
    public IReadOnlyList<string> Names(string directory) => Quietly(directory, () => _tree.List(directory)) ?? [];

    /// <summary>Where a directory lies when every link is followed, from the tree's top; null if it is not there.</summary>
    public string? RealPath(string directory) => Quietly(directory, () => _tree.FindDirectory(directory)) is { } path ? Path.Combine("/", Path.GetRelativePath(Root, path)) : null;

    /// <summary>What a link says; null if it is none.</summary>
    public string? LinkText(string path) => Quietly(path, () => OnDisk(path) is { } name ? new FileInfo(name).LinkTarget : null);

    /// <summary>The first bytes of a device, or of a file that stands for one; null if it is not there, or is a link.</summary>
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

    /// <summary>The path of a name in this tree for the system's own calls; null if its directory is not there.</summary>
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
