namespace Stiefel.Nbd.Tests.Support;

/// <summary>A tmpfs of 1 MiB, and a loop device on a sparse file in it that claims to be larger.</summary>
internal sealed class FullDisk : IDisposable
{
    private FullDisk(string directory, string loopPath)
    {
        Directory = directory;
        LoopPath = loopPath;
    }

    public string Directory { get; }

    public string LoopPath { get; }

    public static async Task<FullDisk> MakeAsync(long claimedSize)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("stiefel-full-").FullName;
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory);
        var image = Path.Combine(directory, "disk.img");
        using (var stream = File.Create(image))
        {
            stream.SetLength(claimedSize);
        }

        var loop = (await Tool.RunAsync("losetup", "--find", "--show", image)).Trim();
        return new FullDisk(directory, loop);
    }

    public void Dispose()
    {
        Tool.RunAsync("losetup", "--detach", LoopPath).GetAwaiter().GetResult();
        Tool.RunAsync("umount", "--lazy", Directory).GetAwaiter().GetResult();
        System.IO.Directory.Delete(Directory);
    }
}
