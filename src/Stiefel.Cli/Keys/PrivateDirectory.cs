namespace Stiefel.Cli.Keys;

/// <summary>
/// A directory for files that hold keys; disposing of it deletes it with its content. Others can neither guess its name nor put a link into it, which
/// matters because mtools and syslinux open files by their names.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    /// <param name="parent">The directory to make it in.</param>
    public PrivateDirectory(string parent)
    {
        Path = System.IO.Path.Combine(parent, $".stiefel-stick-{System.IO.Path.GetRandomFileName()}");
        Directory.CreateDirectory(Path, PrivateFile.DirectoryMode);
    }

    /// <summary>The directory's path.</summary>
    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
