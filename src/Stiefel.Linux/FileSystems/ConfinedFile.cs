using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.FileSystems;

/// <summary>A regular file opened for reading inside a <see cref="ConfinedTree"/>.</summary>
public sealed class ConfinedFile : IDisposable
{
    internal ConfinedFile(SafeFileHandle handle, string path, long length)
    {
        Handle = handle;
        Path = path;
        Length = length;
    }

    /// <summary>Open for reading; owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Absolute, with every symbolic link resolved.</summary>
    public string Path { get; }

    /// <summary>Bytes, when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills as much of <paramref name="buffer"/> as the file holds from <paramref name="offset"/> on; gives that part.</summary>
    public Span<byte> Read(long offset, Span<byte> buffer)
    {
        int filled = 0;
        for (int count; filled < buffer.Length && (count = RandomAccess.Read(Handle, buffer[filled..], offset + filled)) > 0;)
        {
            filled += count;
        }

        return buffer[..filled];
    }

    /// <summary>The whole file.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes.</exception>
    public byte[] ReadAll(int limit)
    {
        if (Length > limit)
        {
            throw new InvalidDataException($"{Path}: {Length} bytes, of which at most {limit} are read");
        }

        byte[] content = new byte[Length];
        return Read(0, content).Length == content.Length
            ? content
            : throw new InvalidDataException($"{Path}: became shorter while it was read");
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
