using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Modules;

/// <summary>Loads modules into the running kernel (man 2 finit_module).</summary>
public static class KernelModule
{
    /// <summary>
    /// Loads one uncompressed module whose dependencies are already loaded; false if it was loaded before. Throws
    /// <see cref="LinuxException"/>: ENOEXEC for a module of another kernel, ENOENT for a missing dependency.
    /// </summary>
    public static bool Load(string path, string parameters = "")
    {
        using var file = File.OpenHandle(path);
        if (SysModule.finit_module(SysModule.Number, file, parameters, 0) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EEXIST ? false : throw new LinuxException($"finit_module(\"{path}\", \"{parameters}\", 0)", errno);
    }
}
