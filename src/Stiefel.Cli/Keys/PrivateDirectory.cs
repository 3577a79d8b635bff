namespace Stiefel.Cli.Keys;

/// <summary>
/// A directory for files with keys in them, gone with all that is in it when it is disposed. Nobody can guess its name or put a link into it: mtools
/// and syslinux open files by their names.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    /// <param name="parent">Where it is made.</param>
    public PrivateDirectory(string parent)
    {
        Path = System.IO.Path.Combine(parent, $".stiefel-stick-{System.IO.Path.GetRandomFileName()}");
        Directory.CreateDirectory(Path, PrivateFile.DirectoryMode);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
