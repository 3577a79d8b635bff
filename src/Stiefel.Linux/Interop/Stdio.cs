using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>stdio.h: renaming.</summary>
internal static partial class Stdio
{
    internal const uint RENAME_NOREPLACE = 1;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int renameat2(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);
}
