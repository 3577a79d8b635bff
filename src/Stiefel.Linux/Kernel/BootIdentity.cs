namespace Stiefel.Linux.Kernel;

/// <summary>One run of the kernel, from its start to its end: what page caches held is gone with it.</summary>
public static class BootIdentity
{
    private const string File = "/proc/sys/kernel/random/boot_id";

    /// <summary>A UUID the kernel made when it started (man 4 random).</summary>
    /// <exception cref="IOException">/proc is not mounted.</exception>
    public static string Read() => System.IO.File.ReadAllText(File).Trim();
}
