using System.Runtime.InteropServices;

namespace Stiefel.Linux.Tests.Modules;

/// <summary>fnmatch.h, as the judge.</summary>
internal static partial class Libc
{
    public static bool Matches(string pattern, string text) => fnmatch(pattern, text, 0) == 0;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fnmatch(string pattern, string text, int flags);
}
