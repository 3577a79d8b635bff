namespace Stiefel.Linux.Kernel;

/// <summary>Identifies one run of the kernel, from its start to its end: the contents of page caches are lost with it.</summary>
public static class BootIdentity
{
    private const string File = "/proc/sys/kernel/random/boot_id";

    /// <summary>The UUID that the kernel made when it started (man 4 random).</summary>
    /// <exception cref="IOException">/proc is not mounted.</exception>
    public static string Read() => System.IO.File.ReadAllText(File).Trim();
}
