using Stiefel.Linux.Errors;
using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Kexec;

/// <summary>A kernel that is loaded and not running yet, with all that its initrd holds.</summary>
public interface ILoadedKernel
{
    /// <summary>`kexec_file_load`, or `kexec_load` when the kernel could not do the former.</summary>
    string LoadedBy { get; }

    /// <summary>Leaves the running kernel at once: nothing is stopped or unmounted, written data is flushed first. Returns only by throwing.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_BOOT; EINVAL if the loaded image is gone.</exception>
    void Execute();

    /// <summary>Gives the memory back: nobody starts it any more. Nothing happens if it is gone already.</summary>
    /// <exception cref="LinuxException">It stays loaded: EPERM if kexec was forbidden since, EBUSY while something else is loaded.</exception>
    /// <exception cref="ExternalProgramException">It stays loaded: kexec-tools could not do it either.</exception>
    void Unload();

    /// <summary>Unloads it because it could not be started, and says in one line how that went.</summary>
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
            return $"the loaded kernel stays loaded, with the secrets in its initrd, and the next reboot may start it: {error.Message}; unload it: kexec --unload";
        }
    }
}
