using System.Runtime.InteropServices;

namespace Stiefel.Linux.Tests.Modules;

/// <summary>The fnmatch function of libc, as the judge.</summary>
internal static class Libc
{
    public static bool Matches(string pattern, string text) => fnmatch(pattern, text, 0) == 0;

    [DllImport("libc")]
    private static extern int fnmatch([MarshalAs(UnmanagedType.LPUTF8Str)] string pattern, [MarshalAs(UnmanagedType.LPUTF8Str)] string text, int flags);
}
