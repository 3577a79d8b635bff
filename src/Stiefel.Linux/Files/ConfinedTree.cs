using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Files;

/// <summary>
/// A directory tree that no path can leave: `/` is its top, `..` stops there, and symbolic links are followed as by a system
/// that has it as its root. The kernel resolves the paths (man 2 openat2, RESOLVE_IN_ROOT), so a hostile disk cannot exploit a race.
/// </summary>
public sealed class ConfinedTree : IFileTree, IDisposable
{
    /// <summary>Largest number of names read from a directory; further ones are ignored.</summary>
    public const int MaxListedEntries = 4096;

    // openat2 fails with EAGAIN if a rename elsewhere disturbed the walk; try again so often.
    private const int MaxWalks = 16;

    private readonly SafeFileHandle _root;

    /// <param name="root">An existing directory; links on the path to it are trusted.</param>
    /// <exception cref="LinuxException">The directory cannot be opened.</exception>
    public ConfinedTree(string root)
    {
        _root = Fcntl.open(root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (_root.IsInvalid)
        {
            throw LinuxException.FromLastError($"open(\"{root}\", O_PATH|O_DIRECTORY)");
        }

        try
        {
            Root = RealPath(_root);
        }
        catch
        {
            _root.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Root { get; }

    TreeFile? IFileTree.OpenFile(string path) => OpenFile(path);

    /// <inheritdoc cref="IFileTree.OpenFile"/>
    public ConfinedFile? OpenFile(string path)
    {
        // Without O_NONBLOCK, opening a FIFO on the disk would block forever.
        var handle = Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (handle is null)
        {
            return null;
        }

        ConfinedFile? file = null;
        try
        {
            (var regular, var length) = Status(handle);
            return file = regular ? new ConfinedFile(handle, RealPath(handle), length) : null;
        }
        finally
        {
            if (file is null)
            {
                handle.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public string? FindDirectory(string path)
    {
        using var handle = Open(path, O_PATH | O_DIRECTORY);
        return handle is null ? null : RealPath(handle);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path)
    {
        var directory = FindDirectory(path);
        return directory is null
            ? []
            : [.. Directory.EnumerateFileSystemEntries(directory).Take(MaxListedEntries).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private unsafe SafeFileHandle? Open(string path, int flags)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var how = new OpenAt2.open_how
        {
            flags = (ulong)(uint)(flags | O_CLOEXEC),
            resolve = OpenAt2.RESOLVE_IN_ROOT | OpenAt2.RESOLVE_NO_MAGICLINKS,
        };
        var errno = Errno.EAGAIN;
        fixed (byte* bytes = Encoding.UTF8.GetBytes($"/{path}\0"))
        {
            for (var walk = 0; walk < MaxWalks && (errno == Errno.EAGAIN || errno == Errno.EINTR); walk++)
            {
                var descriptor = OpenAt2.openat2((int)_root.DangerousGetHandle(), bytes, &how);
                if (descriptor >= 0)
                {
                    return new SafeFileHandle(descriptor, ownsHandle: true);
                }

                errno = Marshal.GetLastPInvokeError();
            }
        }

        var absent = errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ELOOP || errno == Errno.ENAMETOOLONG || errno == Errno.ENXIO;
        return absent ? null : throw new LinuxException($"openat2(\"{Root}\", \"{path}\", RESOLVE_IN_ROOT)", errno);
    }

    private static unsafe (bool Regular, long Length) Status(SafeFileHandle handle)
    {
        stat status;
        return fstat((int)handle.DangerousGetHandle(), &status) == 0
            ? ((status.st_mode & S_IFMT) == S_IFREG, (long)status.st_size)
            : throw LinuxException.FromLastError("fstat");
    }

    private static string RealPath(SafeFileHandle handle)
        => new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget
            ?? throw new IOException("/proc is not mounted, so the path of an open file cannot be found: mount it");
}
