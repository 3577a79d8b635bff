using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Kernel;

/// <summary>Data in memory that has yet to be written to a medium (man 5 proc_meminfo).</summary>
public static class UnwrittenMemory
{
    /// <summary>The kernel's file, /proc/meminfo.</summary>
    public const string DefaultFile = "/proc/meminfo";

    private static readonly string[] s_waiting = ["Dirty:", "Writeback:"];

    /// <summary>Bytes still to be written, for all disks of the machine together; null if the kernel does not report it.</summary>
    /// <param name="file">The kernel's file; another one in tests.</param>
    public static long? Read(string file = DefaultFile)
    {
        long? sum = null;
        foreach (var line in SysfsText.Read(file).Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var number, "kB"] && s_waiting.Contains(name)
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) && kibibytes <= long.MaxValue / 4096)
            {
                sum = (sum ?? 0) + (kibibytes * 1024);
            }
        }

        return sum;
    }
}
