namespace Stiefel.Nbd.Tests.Support;

/// <summary>A temporary file, on a file system that supports holes unless a directory is given.</summary>
internal sealed class TempFile : IDisposable
{
    public TempFile(long length = 0, string? directory = null)
    {
        Path = System.IO.Path.Combine(directory ?? System.IO.Path.GetTempPath(), $"stiefel-nbd-{Guid.NewGuid():N}.img");
        using var stream = File.Create(Path);
        stream.SetLength(length);
    }

    public string Path { get; }

    public static TempFile WithRandomBytes(int length, int seed)
    {
        var file = new TempFile();
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        File.WriteAllBytes(file.Path, bytes);
        return file;
    }

    public void Dispose() => File.Delete(Path);
}
