using Stiefel.CommandLine;

namespace Stiefel.Client.Payload;

/// <summary>Checks whether this machine has memory for an initrd: during loading, kexec holds two copies besides ours.</summary>
internal static class MemoryNeed
{
    private const int Copies = 3;

    /// <summary>A line for the person: the free memory, and a warning if it may not suffice.</summary>
    public static string Describe(long initrdBytes) => Describe(initrdBytes, AvailableBytes(File.ReadLines("/proc/meminfo")));

    /// <inheritdoc cref="Describe(long)"/>
    public static string Describe(long initrdBytes, long availableBytes) => availableBytes >= Copies * initrdBytes
        ? $"{DataSize.Megabytes(availableBytes)} of memory are free"
        : $"only {DataSize.Megabytes(availableBytes)} of memory are free, loading needs {DataSize.Megabytes(Copies * initrdBytes)}: it may fail";

    /// <summary>MemAvailable in bytes (man 5 proc_meminfo); 0 if it is not given.</summary>
    public static long AvailableBytes(IEnumerable<string> meminfo)
    {
        var line = meminfo.FirstOrDefault(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, "kB"] && long.TryParse(kibibytes, out var count) ? count * 1024 : 0;
    }
}
