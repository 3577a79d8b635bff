namespace Stiefel.Cli.Ramdisk;

/// <summary>Where a build unpacks things: a directory that stays, with the ramdisk as a directory in it, or one in memory that does not.</summary>
internal sealed class WorkDirectory : IDisposable
{
    private readonly bool _temporary;

    private WorkDirectory(string path, bool temporary)
    {
        Path = path;
        _temporary = temporary;
    }

    public string Path { get; }

    public static WorkDirectory Open(RamdiskRequest request)
    {
        if (request.WorkInMemory)
        {
            var directory = $"/dev/shm/stiefel-{Environment.ProcessId}-{Guid.NewGuid():N}";
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new WorkDirectory(directory, temporary: true);
        }

        var path = request.Configuration.Paths.Work ?? System.IO.Path.Combine(request.Configuration.Paths.Cache, "work");
        Directory.CreateDirectory(path);
        return new WorkDirectory(path, temporary: false);
    }

    public void Dispose()
    {
        if (_temporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
