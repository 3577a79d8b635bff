using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>A regular file opened for reading inside a <see cref="ConfinedTree"/>.</summary>
public sealed class ConfinedFile : TreeFile
{
    private readonly bool _isStream;
    private long _streamed;

    internal ConfinedFile(SafeFileHandle handle, string path, long length)
        : base(path, length)
    {
        Handle = handle;

        // Files in securityfs and efivarfs are regular files, but can be read only from front to back.
        _isStream = Unistd.lseek(handle, 0, Unistd.SEEK_SET) < 0;
    }

    /// <summary>A handle for reading, owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <inheritdoc/>
    public override DateTime Modified => File.GetLastWriteTimeUtc(Handle);

    /// <inheritdoc/>
    public override Span<byte> Read(long offset, Span<byte> buffer)
    {
        var filled = 0;
        for (int count; filled < buffer.Length && (count = ReadSome(buffer[filled..], offset + filled)) > 0;)
        {
            filled += count;
        }

        return buffer[..filled];
    }

    /// <inheritdoc/>
    public override void Dispose() => Handle.Dispose();

    private int ReadSome(Span<byte> buffer, long offset) => _isStream ? ReadNext(buffer, offset) : RandomAccess.Read(Handle, buffer, offset);

    private unsafe int ReadNext(Span<byte> buffer, long offset)
    {
        if (offset != _streamed)
        {
            throw new IOException($"{Path}: can be read only from front to back; the next byte is at {_streamed}, not at {offset}");
        }

        fixed (byte* bytes = buffer)
        {
            nint count;
            while ((count = Unistd.read(Handle, bytes, (nuint)buffer.Length)) < 0)
            {
                if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                {
                    throw LinuxException.FromLastError($"read(\"{Path}\")");
                }
            }

            _streamed += count;
            return (int)count;
        }
    }
}
