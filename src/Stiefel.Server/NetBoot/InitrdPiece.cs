namespace Stiefel.Server.NetBoot;

/// <summary>A part of what is offered, which lies in a file or in memory.</summary>
internal sealed class InitrdPiece
{
    private readonly string? _file;
    private readonly byte[] _bytes = [];

    private InitrdPiece(string file) => (_file, Length) = (file, new FileInfo(file).Length);

    private InitrdPiece(byte[] bytes) => (_bytes, Length) = (bytes, bytes.Length);

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static InitrdPiece Of(string file) => new(file);

    /// <summary>One in memory.</summary>
    public static InitrdPiece Of(byte[] bytes) => new(bytes);

    /// <summary>Makes it a file of that name.</summary>
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

    /// <summary>Sends it.</summary>
    public Task SendAsync(HttpResponse response, CancellationToken token) =>
        _file is not null ? response.SendFileAsync(_file, 0, Length, token) : response.Body.WriteAsync(_bytes, token).AsTask();
}

/// <summary>One file as it is offered.</summary>
/// <param name="Pieces">In this order.</param>
internal sealed record NetBootContent(IReadOnlyList<InitrdPiece> Pieces)
{
    /// <summary>Bytes.</summary>
    public long Length => Pieces.Sum(piece => piece.Length);
}
