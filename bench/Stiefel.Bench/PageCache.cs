using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Bench;

/// <summary>Controls which part of the file is in memory before a run.</summary>
internal static partial class PageCache
{
    private const int POSIX_FADV_DONTNEED = 4;

    /// <summary>Reads the file once, to bring it into memory.</summary>
    public static void Fill(SafeFileHandle file)
    {
        var block = new byte[1 << 20];
        long offset = 0;
        for (int count; (count = RandomAccess.Read(file, block, offset)) > 0;)
        {
            offset += count;
        }
    }

    /// <summary>Drops the file, which must have been flushed, from the page cache, and checks that with fincore(1).</summary>
    public static void Evict(SafeFileHandle file, string path)
    {
        var error = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        var start = new ProcessStartInfo("fincore", ["--bytes", "--noheadings", "--output", "RES", path]) { RedirectStandardOutput = true };
        using var fincore = Process.Start(start)!;
        var resident = long.Parse(fincore.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        if (error != 0 || resident > RandomAccess.GetLength(file) / 100)
        {
            throw new InvalidOperationException($"{resident} bytes of {path} stay in the page cache (posix_fadvise: {error}), so a cold row cannot be measured here");
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle fd, long offset, long length, int advice);
}
