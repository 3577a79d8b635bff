using Stiefel.Linux.Errors;
using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Kexec;

/// <summary>A kernel that is loaded but not yet running, with its initrd and the secrets in that.</summary>
public interface ILoadedKernel
{
    /// <summary>`kexec_file_load`, or `kexec_load` if the kernel did not support the former.</summary>
    string LoadedBy { get; }

    /// <summary>Starts the loaded kernel at once: cached writes are flushed, but nothing is stopped or unmounted. Returns only by throwing.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_BOOT; EINVAL if the loaded image is gone.</exception>
    void Execute();

    /// <summary>Unloads the kernel and frees its memory; does nothing if it is unloaded already.</summary>
    /// <exception cref="LinuxException">The kernel stays loaded: EPERM if kexec was forbidden since, EBUSY while something else is being loaded.</exception>
    /// <exception cref="ExternalProgramException">The kernel stays loaded: kexec-tools could not unload it either.</exception>
    void Unload();

    /// <summary>Unloads the kernel because it could not be started; returns the result as one line.</summary>
    string Withdraw()
    {
        try
        {
            Unload();
            return "the loaded kernel is unloaded again";
        }
        catch (IOException error)
        {
            // A later `systemctl reboot` would start it (man 8 systemctl), with the secrets in its initrd.
            return $"the loaded kernel stays loaded, with the secrets in its initrd, and the next reboot may start it ({error.Message}): unload it with kexec --unload";
        }
    }
}
