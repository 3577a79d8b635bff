using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Kexec;

/// <summary>
/// A file that is only memory (man 2 memfd_create): written once, then sealed. The kernel refuses to read a kernel image or initrd
/// that anyone holds open for writing (ETXTBSY), therefore <see cref="Seal"/> closes the writable descriptor and reopens it for reading.
/// </summary>
public sealed class MemoryFile : IDisposable
{
    private readonly string _name;
    private readonly FileStream _writer;
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

            _sealed = File.OpenHandle($"/proc/self/fd/{writable.DangerousGetHandle()}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            _writer.Dispose();
        }

        return _sealed;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _sealed?.Dispose();
    }
}
