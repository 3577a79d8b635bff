using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>A small file system in memory (tmpfs) that may hold programs.</summary>
public static class MemoryFileSystem
{
    private const string Type = "tmpfs";
    private static readonly nuint s_flags = (nuint)(uint)(MS_NOSUID | MS_NODEV);
    private static readonly nuint s_sealed = s_flags | (nuint)(uint)(MS_REMOUNT | MS_RDONLY);

    /// <summary>Mounts one on a directory. Throws <see cref="LinuxException"/>.</summary>
    public static void Mount(string directory)
    {
        if (SysMount.mount(Type, directory, Type, s_flags, "mode=0755,size=16m") != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{Type}\", \"{directory}\")");
        }
    }

    /// <summary>Makes it read-only, so that nothing in it can be changed. Throws <see cref="LinuxException"/>.</summary>
    public static void Seal(string directory)
    {
        if (SysMount.mount(null, directory, null, s_sealed, null) != 0)
        {
            throw LinuxException.FromLastError($"mount(\"{directory}\", MS_REMOUNT | MS_RDONLY)");
        }
    }
}
