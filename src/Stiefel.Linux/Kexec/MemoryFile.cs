using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Kexec;

/// <summary>
/// A file in memory (man 2 memfd_create) that is written once, then sealed. The kernel refuses to load a kernel image or initrd
/// that is open for writing anywhere (ETXTBSY), so <see cref="Seal"/> and <see cref="ReadSoFar"/> close the writable descriptor and reopen the file for reading.
/// </summary>
public sealed class MemoryFile : IDisposable
{
    private readonly string _name;
    private FileStream _writer;
    private SafeFileHandle? _sealed;

    private MemoryFile(string name, SafeFileHandle handle)
    {
        _name = name;
        _writer = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>The stream to write the content to; <see cref="Seal"/> closes it.</summary>
    public Stream Writer => _writer;

    /// <summary>Length of the file so far, in bytes.</summary>
    public long Length => _sealed is null ? _writer.Length : RandomAccess.GetLength(_sealed);

    /// <summary>Makes an empty file.</summary>
    /// <param name="name">The name in /proc/self/fd, for people only.</param>
    /// <exception cref="LinuxException">ENOSYS, EMFILE, ENOMEM.</exception>
    public static unsafe MemoryFile Create(string name)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + '\0'))
        {
            var descriptor = memfd_create(bytes, (uint)(MFD_CLOEXEC | MFD_ALLOW_SEALING));
            return descriptor >= 0
                ? new MemoryFile(name, new SafeFileHandle(descriptor, ownsHandle: true))
                : throw LinuxException.FromLastError($"memfd_create(\"{name}\")");
        }
    }

    /// <summary>
    /// Lets a function read what was written so far, with the file not open for writing meanwhile. Writing can go on afterwards, at the end, with a new <see cref="Writer"/>.
    /// </summary>
    /// <param name="read">Receives a read-only handle, valid until the function returns.</param>
    public void ReadSoFar(Action<SafeFileHandle> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        using var reader = OpenAgain(_writer.SafeFileHandle, FileAccess.Read);
        _writer.Dispose();
        try
        {
            read(reader);
        }
        finally
        {
            _writer = new FileStream(OpenAgain(reader, FileAccess.ReadWrite), FileAccess.ReadWrite, bufferSize: 0);
            _writer.Seek(0, SeekOrigin.End);
        }
    }

    /// <summary>Ends writing: nobody can change the content any more. Returns a read-only handle, which this object owns.</summary>
    /// <exception cref="IOException">/proc is not mounted, or a seal was refused.</exception>
    public SafeFileHandle Seal()
    {
        if (_sealed is null)
        {
            var writable = _writer.SafeFileHandle;
            if (fcntl((int)writable.DangerousGetHandle(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
            {
                throw LinuxException.FromLastError($"fcntl({_name}, F_ADD_SEALS)");
            }

            _sealed = OpenAgain(writable, FileAccess.Read);
            _writer.Dispose();
        }

        return _sealed;
    }

    private static SafeFileHandle OpenAgain(SafeFileHandle file, FileAccess access) =>
        File.OpenHandle($"/proc/self/fd/{file.DangerousGetHandle()}", FileMode.Open, access, FileShare.ReadWrite);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _sealed?.Dispose();
    }
}
