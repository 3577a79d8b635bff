using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Kexec;

/// <summary>
/// A file that is only memory (man 2 memfd_create): written once, then sealed. The kernel refuses to read a kernel image or initrd
/// that anyone holds open for writing (ETXTBSY), therefore <see cref="Seal"/> and <see cref="ReadSoFar"/> close the writable descriptor and reopen it for reading.
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

    /// <summary>Where the content is written; closed by <see cref="Seal"/>.</summary>
    public Stream Writer => _writer;

    /// <summary>Bytes written, or in the sealed file.</summary>
    public long Length => _sealed is null ? _writer.Length : RandomAccess.GetLength(_sealed);

    /// <summary>An empty file.</summary>
    /// <param name="name">Shown by /proc/self/fd; for people only.</param>
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
    /// Has somebody read the file as it is so far, which is not open for writing meanwhile; afterwards it can be written on, at its end, by another <see cref="Writer"/>.
    /// </summary>
    /// <param name="read">Gets a read-only handle, good until it returns.</param>
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

    /// <summary>Ends writing: nobody can change the content any more. Gives the read-only handle, which this object goes on owning.</summary>
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

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _sealed?.Dispose();
    }
}
