namespace Stiefel.Linux.Files;

/// <summary>A regular file of an <see cref="IFileTree"/>, open for reading.</summary>
/// <param name="path">Absolute, with every symbolic link resolved.</param>
/// <param name="length">Length in bytes.</param>
public abstract class TreeFile(string path, long length) : IDisposable
{
    /// <summary>The absolute path, with every symbolic link resolved.</summary>
    public string Path { get; } = path;

    /// <summary>Length in bytes at the time of opening.</summary>
    public long Length { get; } = length;

    /// <summary>When the content was last modified, in UTC.</summary>
    public abstract DateTime Modified { get; }

    /// <summary>Fills as much of <paramref name="buffer"/> as the file holds from <paramref name="offset"/> on; returns that part.</summary>
    public abstract Span<byte> Read(long offset, Span<byte> buffer);

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="InvalidDataException">The file is longer than <paramref name="limit"/> bytes, or became shorter meanwhile.</exception>
    public byte[] ReadAll(int limit)
    {
        if (Length > limit)
        {
            throw new InvalidDataException($"{Path}: has {Length} bytes, more than the {limit} that are accepted");
        }

        var content = new byte[Length];
        return Read(0, content).Length == content.Length
            ? content
            : throw new InvalidDataException($"{Path}: became shorter while it was read");
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
