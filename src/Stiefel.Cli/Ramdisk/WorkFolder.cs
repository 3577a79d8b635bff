namespace Stiefel.Cli.Ramdisk;

/// <summary>Where a build unpacks things: a folder that stays, with the ramdisk as a folder in it, or one in memory that does not.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly bool _temporary;

    private WorkFolder(string path, bool temporary)
    {
        Path = path;
        _temporary = temporary;
    }

    public string Path { get; }

    public static WorkFolder Open(RamdiskRequest request)
    {
        if (request.WorkInMemory)
        {
            string folder = $"/dev/shm/stiefel-{Environment.ProcessId}-{Guid.NewGuid():N}";
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new WorkFolder(folder, temporary: true);
        }

        string path = request.Configuration.Paths.Work ?? System.IO.Path.Combine(request.Configuration.Paths.Cache, "work");
        Directory.CreateDirectory(path);
        return new WorkFolder(path, temporary: false);
    }

    public void Dispose()
    {
        if (_temporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
