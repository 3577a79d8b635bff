using System.Runtime.InteropServices;
using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Processes;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>
/// The root file system of a system that an initramfs has started, for a process that stayed behind in the initramfs. The process's own `/` stays below
/// that root, so the process keeps nothing of it busy; but `/..` leads to what is mounted on top. .NET's file functions would shorten `/..` to `/`.
/// </summary>
public static class LaterRoot
{
    private const string Root = "/..";
    private const uint EverybodyMayLook = 0x1ed;
    private const uint EverybodyMayRead = 0x1a4;

    /// <summary>True if the system's root has been mounted by now.</summary>
    public static bool IsThere => FileStamp.Of(Root)?.Device != FileStamp.Of("/")?.Device;

    /// <summary>The path by which this process reaches a path of that root; only for system calls, not for .NET's file functions.</summary>
    internal static string PathOf(string path) => Root + path;

    /// <summary>True if a path exists in that root.</summary>
    /// <param name="path">An absolute path in that root.</param>
    public static bool Has(string path) => FileStamp.Of(Root + path) is not null;

    /// <summary>True if a file system is mounted on a directory and does not lie on a disk.</summary>
    /// <param name="path">An absolute path in that root.</param>
    public static bool IsInMemory(string path) =>
        FileStamp.Of(Root + path) is { Device: { Major: 0 } device } && device != FileStamp.Of(Root)?.Device;

    /// <summary>
    /// Writes a file in /run of that system, if it does not exist. An initramfs hands its own /run over to the system, so that the file can be there before the
    /// system's process 1 looks for it.
    /// </summary>
    /// <param name="path">A path below /run.</param>
    /// <param name="content">The file's content.</param>
    /// <returns>False while no file system in memory is mounted at /run.</returns>
    /// <exception cref="LinuxException">The file cannot be written.</exception>
    public static bool TryPlaceInRun(string path, string content) => TryPlaceInRun(IsThere ? Root : "", path, content);

    internal static bool TryPlaceInRun(string root, string path, string content)
    {
        if (FileStamp.Of(root + "/run") is not { Device: { Major: 0 } device } || device == FileStamp.Of(root + "/")?.Device)
        {
            return false;
        }

        var names = path.Split('/');
        for (var depth = 1; depth < names.Length; depth++)
        {
            Make($"{root}/run/{string.Join('/', names[..depth])}");
        }

        using var file = Fcntl.open($"{root}/run/{path}", Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC, EverybodyMayRead);
        if (!file.IsInvalid)
        {
            _ = Descriptor.Write(file, Encoding.UTF8.GetBytes(content));
        }

        return !file.IsInvalid || Marshal.GetLastPInvokeError() == Errno.EEXIST ? true : throw LinuxException.FromLastError($"open(\"{root}/run/{path}\", O_CREAT)");
    }

    private static void Make(string directory)
    {
        if (SysStat.mkdir(directory, EverybodyMayLook) != 0 && Marshal.GetLastPInvokeError() != Errno.EEXIST)
        {
            throw LinuxException.FromLastError($"mkdir(\"{directory}\")");
        }
    }

    /// <summary>Makes a directory of the initramfs visible in that root, and creates the directory for it there.</summary>
    /// <param name="directory">A path in the initramfs, on which a file system is mounted.</param>
    /// <param name="path">An absolute path in that root.</param>
    /// <exception cref="LinuxException">The directory cannot be made or mounted.</exception>
    public static void Show(string directory, string path)
    {
        var target = Root + path;
        Make(target);
        if (SysMount.mount(directory, target, null, (nuint)(uint)MS_BIND, null) != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{directory}\", \"{target}\", MS_BIND)");
        }
    }
}
