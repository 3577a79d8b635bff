using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Processes;
using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Kexec;

/// <summary>
/// A kernel loaded into memory, ready to replace the running one. Loading and executing are separate steps: a loaded kernel can be seen
/// (/sys/kernel/kexec_loaded), replaced by loading again, or left alone. The kernel copies the files while it loads them.
/// </summary>
public sealed class KexecImage : ILoadedKernel
{
    /// <summary>Longest command line; x86 kernels take 2048 bytes with the NUL (COMMAND_LINE_SIZE), and refuse to load with more.</summary>
    public const int MaxCommandLineBytes = 2047;

    private const string ByFiles = "kexec_file_load";
    private const string BySegments = "kexec_load";

    private KexecImage(string loadedBy) => LoadedBy = loadedBy;

    /// <inheritdoc/>
    public string LoadedBy { get; }

    /// <summary>Loads with kexec_file_load, or with kexec-tools' kexec_load if this kernel or image does not support the former.</summary>
    /// <param name="kernel">A read-only file that nobody holds open for writing (<see cref="MemoryFile.Seal"/>).</param>
    /// <param name="initrd">A read-only file that nobody holds open for writing.</param>
    /// <param name="commandLine">At most <see cref="MaxCommandLineBytes"/> bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">The command line is too long.</exception>
    /// <exception cref="LinuxException">The kernel refused; the message says what to do.</exception>
    public static KexecImage Load(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine)
    {
        if (Encoding.UTF8.GetByteCount(commandLine) > MaxCommandLineBytes)
        {
            throw new ArgumentException($"the kernel takes a command line of at most {MaxCommandLineBytes} bytes: {commandLine}", nameof(commandLine));
        }

        var errno = LoadFiles(kernel, initrd, commandLine);
        if (errno == 0)
        {
            return new KexecImage(ByFiles);
        }

        if (!KexecErrors.IsWorthAnotherTry(errno))
        {
            throw KexecErrors.ToException(kernel, initrd, commandLine, errno);
        }

        try
        {
            LoadSegments(kernel, initrd, commandLine);
            return new KexecImage(BySegments);
        }
        catch (ExternalProgramException error)
        {
            throw KexecErrors.ToException(kernel, initrd, commandLine, errno, error.Message);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        Reboot.sync();
        _ = Reboot.reboot(Reboot.LINUX_REBOOT_CMD_KEXEC);
        throw LinuxException.FromLastError("reboot(LINUX_REBOOT_CMD_KEXEC)");
    }

    /// <inheritdoc/>
    public void Unload()
    {
        if (LoadedBy == BySegments)
        {
            ExternalProgram.Run("kexec", ["--unload", "--kexec-syscall"]);
        }
        else if (KexecFile.kexec_file_load(KexecFile.Number, -1, -1, 0, 0, KexecFile.KEXEC_FILE_UNLOAD) != 0)
        {
            throw LinuxException.FromLastError("kexec_file_load(KEXEC_FILE_UNLOAD)");
        }
    }

    private static int LoadFiles(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine)
    {
        var bytes = Encoding.UTF8.GetBytes(commandLine + '\0');
        var result = KexecFile.kexec_file_load(KexecFile.Number, kernel, initrd, (nuint)bytes.Length, bytes, flags: 0);
        return result == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Loads with kexec-tools, which inherit the descriptors, because these files have no names.</summary>
    /// <exception cref="ExternalProgramException">kexec-tools are not installed, or failed.</exception>
    internal static void LoadSegments(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine)
    {
        using var kernelCopy = new InheritedDescriptor(kernel);
        using var initrdCopy = new InheritedDescriptor(initrd);
        ExternalProgram.Run("kexec", ["--load", "--kexec-syscall", $"--initrd={initrdCopy.Path}", $"--command-line={commandLine}", kernelCopy.Path]);
    }
}
