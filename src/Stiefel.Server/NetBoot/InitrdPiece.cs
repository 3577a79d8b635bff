namespace Stiefel.Server.NetBoot;

/// <summary>A part of an offered file; its bytes are in a file or in memory.</summary>
internal sealed class InitrdPiece
{
    private readonly string? _file;
    private readonly byte[] _bytes = [];

    private InitrdPiece(string file) => (_file, Length) = (file, new FileInfo(file).Length);

    private InitrdPiece(byte[] bytes) => (_bytes, Length) = (bytes, bytes.Length);

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static InitrdPiece Of(string file) => new(file);

    /// <summary>A piece in memory.</summary>
    public static InitrdPiece Of(byte[] bytes) => new(bytes);

    /// <summary>Makes the piece available under this path, as a link or a file.</summary>
    public void LayOut(string name)
    {
        if (_file is not null)
        {
            File.CreateSymbolicLink(name, _file);
        }
        else
        {
            File.WriteAllBytes(name, _bytes);
        }
    }

    /// <summary>Sends the piece as part of an HTTP response.</summary>
    public Task SendAsync(HttpResponse response, CancellationToken token) =>
        _file is not null ? response.SendFileAsync(_file, 0, Length, token) : response.Body.WriteAsync(_bytes, token).AsTask();
}

/// <summary>The content of one offered file.</summary>
/// <param name="Pieces">Its parts, in order.</param>
internal sealed record NetBootContent(IReadOnlyList<InitrdPiece> Pieces)
{
    /// <summary>The length in bytes.</summary>
    public long Length => Pieces.Sum(piece => piece.Length);
}
