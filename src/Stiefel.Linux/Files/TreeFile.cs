namespace Stiefel.Linux.Files;

/// <summary>A regular file of an <see cref="IFileTree"/>, open for reading.</summary>
/// <param name="path">Absolute, with every symbolic link resolved.</param>
/// <param name="length">Bytes.</param>
public abstract class TreeFile(string path, long length) : IDisposable
{
    /// <summary>Absolute, with every symbolic link resolved.</summary>
    public string Path { get; } = path;

    /// <summary>Bytes, when it was opened.</summary>
    public long Length { get; } = length;

    /// <summary>Fills as much of <paramref name="buffer"/> as the file holds from <paramref name="offset"/> on; gives that part.</summary>
    public abstract Span<byte> Read(long offset, Span<byte> buffer);

    /// <summary>The whole file.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/> bytes.</exception>
    public byte[] ReadAll(int limit)
    {
        if (Length > limit)
        {
            throw new InvalidDataException($"{Path}: {Length} bytes, of which at most {limit} are read");
        }

        var content = new byte[Length];
        return Read(0, content).Length == content.Length
            ? content
            : throw new InvalidDataException($"{Path}: became shorter while it was read");
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
