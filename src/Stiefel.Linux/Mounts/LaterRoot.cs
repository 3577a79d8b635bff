using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>
/// The root file system of a system that an initramfs has started, for a process that stayed behind in the initramfs. Its own `/` lies below that
/// root for ever, and so it holds nothing of it; but `/..` leads to what is mounted on top. The runtime's own file calls shorten that to `/`.
/// </summary>
public static class LaterRoot
{
    private const string Root = "/..";
    private const uint EverybodyMayLook = 0x1ed;

    /// <summary>There is one by now.</summary>
    public static bool IsThere => FileStamp.Of(Root)?.Device != FileStamp.Of("/")?.Device;

    /// <summary>How this process calls what has that path there; for calls of the kernel only.</summary>
    internal static string PathOf(string path) => Root + path;

    /// <summary>Something of this name is there.</summary>
    /// <param name="path">Absolute, in that root.</param>
    public static bool Has(string path) => FileStamp.Of(Root + path) is not null;

    /// <summary>A directory is a file system of its own, and none that lies on a disk.</summary>
    /// <param name="path">Absolute, in that root.</param>
    public static bool IsInMemory(string path) =>
        FileStamp.Of(Root + path) is { Device: { Major: 0 } device } && device != FileStamp.Of(Root)?.Device;

    /// <summary>Shows a directory of the initramfs there as well, and makes the place for it.</summary>
    /// <param name="directory">In the initramfs; a file system is mounted on it.</param>
    /// <param name="path">Absolute, in that root.</param>
    /// <exception cref="LinuxException">It cannot be.</exception>
    public static void Show(string directory, string path)
    {
        var target = Root + path;
        if (SysStat.mkdir(target, EverybodyMayLook) != 0 && Marshal.GetLastPInvokeError() != Errno.EEXIST)
        {
            throw LinuxException.FromLastError($"mkdir(\"{target}\")");
        }

        if (SysMount.mount(directory, target, null, (nuint)(uint)MS_BIND, null) != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{directory}\", \"{target}\", MS_BIND)");
        }
    }
}
