namespace Stiefel.Nbd.Tests.Support;

/// <summary>A file that goes when the test is over. On a file system with holes, unless a directory says otherwise.</summary>
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
