using System.Runtime.InteropServices;
using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

/// <summary>Runs on a thread with its own mounts and root, so that nothing changes for others. Needs root.</summary>
public sealed class LaterRootTests : IDisposable
{
    private const int CloneFileSystem = 0x200;
    private const int CloneNewMounts = 0x20000;
    private const int Private = 0x44000;

    private readonly TemporaryDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Show_RootMountedOnTop_IsSeenThereAndNotBelow() => InOwnMounts(() =>
    {
        Assert.False(LaterRoot.IsThere);
        var made = Directory.CreateDirectory(_scratch.File("made")).FullName;
        MemoryFileSystem.Mount(made);
        File.WriteAllText(Path.Combine(made, "shutdown"), "program");
        MemoryFileSystem.Seal(made);
        Assert.ThrowsAny<IOException>(() => File.WriteAllText(Path.Combine(made, "shutdown"), "another"));

        MemoryFileSystem.Mount("/");
        Assert.True(LaterRoot.IsThere);
        Assert.False(LaterRoot.Has("/usr"));
        Assert.False(LaterRoot.IsInMemory("/run"));
        Assert.Equal(0, mkdir("/../run", 0x1ed));
        // /run is only a directory on the root file system here.
        Assert.False(LaterRoot.IsInMemory("/run"));
        MemoryFileSystem.Mount("/../run");
        Assert.True(LaterRoot.IsInMemory("/run"));

        LaterRoot.Show(made, "/run/initramfs");
        KernelFileSystem.Detach(made);
        Assert.True(LaterRoot.Has("/run/initramfs/shutdown"));
        Assert.False(File.Exists(Path.Combine(made, "shutdown")));
    });

    [Fact]
    public void TryPlaceInRun_InitramfssAndSystemsRun_IsThereOnceThereIsOne() => InOwnMounts(() =>
    {
        const string Placed = "systemd/system.control/x.service.d/stiefel.conf";
        MemoryFileSystem.Mount("/mnt");
        Assert.False(LaterRoot.TryPlaceInRun("/mnt", Placed, "[Unit]\n"));
        Directory.CreateDirectory("/mnt/run");
        // It is not handed over: the initramfs's root will be emptied.
        Assert.False(LaterRoot.TryPlaceInRun("/mnt", Placed, "[Unit]\n"));
        MemoryFileSystem.Mount("/mnt/run");
        Assert.True(LaterRoot.TryPlaceInRun("/mnt", Placed, "[Unit]\n"));
        Assert.Equal("[Unit]\n", File.ReadAllText($"/mnt/run/{Placed}"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode($"/mnt/run/{Placed}"));

        Assert.True(LaterRoot.TryPlaceInRun("/mnt", Placed, "another"));
        Assert.Equal("[Unit]\n", File.ReadAllText($"/mnt/run/{Placed}"));
    });

    private static void InOwnMounts(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.Equal(0, unshare(CloneFileSystem | CloneNewMounts));
                Assert.Equal(0, mount("none", "/", null, Private, 0));
                action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.True(failure is null, failure?.ToString());
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int unshare(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int mkdir(string path, uint mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int mount(string source, string target, string? type, nuint flags, nint data);
}
