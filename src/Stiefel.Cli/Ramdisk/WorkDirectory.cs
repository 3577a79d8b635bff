namespace Stiefel.Cli.Ramdisk;

/// <summary>The directory in which a build unpacks things: a permanent one, which keeps the unpacked ramdisk, or one in memory that is deleted.</summary>
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
