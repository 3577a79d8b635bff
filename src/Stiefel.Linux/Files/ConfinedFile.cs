using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Files;

/// <summary>A regular file opened for reading inside a <see cref="ConfinedTree"/>.</summary>
public sealed class ConfinedFile : TreeFile
{
    internal ConfinedFile(SafeFileHandle handle, string path, long length)
        : base(path, length) => Handle = handle;

    /// <summary>Open for reading; owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <inheritdoc/>
    public override Span<byte> Read(long offset, Span<byte> buffer)
    {
        var filled = 0;
        for (int count; filled < buffer.Length && (count = RandomAccess.Read(Handle, buffer[filled..], offset + filled)) > 0;)
        {
            filled += count;
        }

        return buffer[..filled];
    }

    /// <inheritdoc/>
    public override void Dispose() => Handle.Dispose();
}
