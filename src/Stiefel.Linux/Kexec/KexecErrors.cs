using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Kexec;

/// <summary>What an error of kexec_file_load means to a person (man 2 kexec_file_load; linux kernel/kexec_file.c).</summary>
internal static class KexecErrors
{
    private const string LockdownFile = "/sys/kernel/security/lockdown";

    /// <summary>
    /// True if kexec_load may succeed where kexec_file_load did not: not built in, or a kind of image it does not know.
    /// A missing signature is not among them: where one is demanded, kexec_load is forbidden altogether (man 7 kernel_lockdown).
    /// </summary>
    public static bool IsWorthAnotherTry(int errno) => errno is Errno.ENOSYS or Errno.ENOEXEC;

    /// <summary>The exception with the call as strace would show it, and what to do.</summary>
    /// <param name="kernel">As given to the call; so <paramref name="initrd"/> and <paramref name="commandLine"/>.</param>
    /// <param name="initrd">The initrd.</param>
    /// <param name="commandLine">The command line.</param>
    /// <param name="errno">The call's error.</param>
    /// <param name="otherTry">What kexec-tools said, if they were tried too.</param>
    public static LinuxException ToException(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine, int errno, string? otherTry = null) => new(
        $"kexec_file_load(kernel of {RandomAccess.GetLength(kernel)} bytes, initrd of {RandomAccess.GetLength(initrd)} bytes, " +
        $"command line of {Encoding.UTF8.GetByteCount(commandLine)} bytes)",
        errno,
        Advise(errno, ReadLockdown(LockdownFile)) + (otherTry is null ? "" : $"; kexec_load was tried instead: {otherTry}"));

    /// <summary>What to do about the error.</summary>
    /// <param name="errno">The error of kexec_file_load.</param>
    /// <param name="lockdown">Text of /sys/kernel/security/lockdown, empty if unknown.</param>
    public static string Advise(int errno, string lockdown) => errno switch
    {
        Errno.EPERM when lockdown.Contains("[integrity]", StringComparison.Ordinal) || lockdown.Contains("[confidentiality]", StringComparison.Ordinal)
            => "the kernel is locked down by Secure Boot: the laptop's kernel must be signed by a key this machine trusts (mokutil --import), or turn Secure Boot off in the firmware",
        Errno.EPERM => "root with CAP_SYS_BOOT is needed, /proc/sys/kernel/kexec_load_disabled must be 0, and under Secure Boot the laptop's kernel must be signed by a key this machine trusts",
        Errno.ENODATA or Errno.ENOPKG or Errno.EBADMSG or Errno.ELIBBAD or Errno.ENOKEY or Errno.EKEYREJECTED
            => "this kernel demands a valid signature: the laptop's kernel must be signed by a key this machine trusts (mokutil --import), or turn Secure Boot off in the firmware",
        Errno.ENOMEM => "the machine has not enough memory for kernel and initrd: twice the initrd's size must be free",
        Errno.EBUSY => "something else is loading a kernel at this moment; try again",
        Errno.ETXTBSY => "the file is still open for writing",
        Errno.ENOEXEC => "the file is no kernel image this kernel can load",
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
