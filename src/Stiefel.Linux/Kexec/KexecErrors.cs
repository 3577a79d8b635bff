using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Kexec;

/// <summary>Explains the errors of kexec_file_load to people (man 2 kexec_file_load; linux kernel/kexec_file.c).</summary>
internal static class KexecErrors
{
    private const string LockdownFile = "/sys/kernel/security/lockdown";

    /// <summary>
    /// True if kexec_load may succeed where kexec_file_load failed: it is not built in, or does not know the kind of image.
    /// A missing signature does not count: where signatures are required, kexec_load is forbidden (man 7 kernel_lockdown).
    /// </summary>
    public static bool IsWorthAnotherTry(int errno) => errno is Errno.ENOSYS or Errno.ENOEXEC;

    /// <summary>Makes an exception with the call in the style of strace, and advice.</summary>
    /// <param name="kernel">The kernel file.</param>
    /// <param name="initrd">The initrd.</param>
    /// <param name="commandLine">The command line.</param>
    /// <param name="errno">The call's error.</param>
    /// <param name="otherTry">The error of kexec-tools; null if they were not tried.</param>
    public static LinuxException ToException(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine, int errno, string? otherTry = null) => new(
        $"kexec_file_load(kernel of {RandomAccess.GetLength(kernel)} bytes, initrd of {RandomAccess.GetLength(initrd)} bytes, " +
        $"command line of {Encoding.UTF8.GetByteCount(commandLine)} bytes)",
        errno,
        Advise(errno, ReadLockdown(LockdownFile)) + (otherTry is null ? "" : $"; kexec_load was tried instead: {otherTry}"));

    /// <summary>Says what to do about an error.</summary>
    /// <param name="errno">The error of kexec_file_load.</param>
    /// <param name="lockdown">The text of /sys/kernel/security/lockdown; empty if unknown.</param>
    public static string Advise(int errno, string lockdown) => errno switch
    {
        Errno.EPERM when lockdown.Contains("[integrity]", StringComparison.Ordinal) || lockdown.Contains("[confidentiality]", StringComparison.Ordinal)
            => "the kernel is locked down by Secure Boot: the laptop's kernel must be signed by a key this machine trusts (mokutil --import), or turn Secure Boot off in the firmware",
        Errno.EPERM => "root with CAP_SYS_BOOT is needed, /proc/sys/kernel/kexec_load_disabled must be 0, and under Secure Boot the laptop's kernel must be signed by a key this machine trusts",
        Errno.ENODATA or Errno.ENOPKG or Errno.EBADMSG or Errno.ELIBBAD or Errno.ENOKEY or Errno.EKEYREJECTED
            => "this kernel demands a valid signature: the laptop's kernel must be signed by a key this machine trusts (mokutil --import), or turn Secure Boot off in the firmware",
        Errno.ENOMEM => "the machine has too little memory for kernel and initrd: twice the initrd's size must be free",
        Errno.EBUSY => "something else is loading a kernel at this moment; try again",
        Errno.ETXTBSY => "the kernel or initrd file is still open for writing: close it first",
        Errno.ENOEXEC => "the file is not a kernel image that this kernel can load",
        _ => "see the kernel log (dmesg) for the reason",
    };

    private static string ReadLockdown(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
