using Stiefel.Client.Screen;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Programs;

namespace Stiefel.Client.Boot;

/// <summary>Gives this computer to a loaded kernel. A system that systemd runs is shut down first, like for a restart; the stick's ramdisk has nothing to lose and is replaced at once.</summary>
/// <param name="screen">Shows the progress.</param>
/// <param name="now">True to replace any system at once.</param>
internal sealed class KernelStart(BootScreen screen, bool now)
{
    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The directory that exists where systemd is process 1 (man 3 sd_booted).</summary>
    public string SystemdRuns { get; init; } = "/run/systemd/system";

    /// <summary>Runs systemctl; tests replace it.</summary>
    public Action<IReadOnlyList<string>> Systemctl { get; init; } = arguments => ExternalProgram.Run("systemctl", arguments, s_patience);

    /// <summary>Starts the kernel. Returns only if systemd was asked, which ends this process, too.</summary>
    /// <exception cref="IOException">Neither happens; this system goes on.</exception>
    public void Run(ILoadedKernel loaded)
    {
        if (now || !Directory.Exists(SystemdRuns))
        {
            screen.Phase("executing", "from here on the laptop's own system speaks");
            loaded.Execute();
        }

        screen.Phase("leaving", "the system of this computer is shut down, then the laptop's own system speaks");
        // systemd takes the kernel that is loaded already (man 8 systemctl, kexec).
        Systemctl(["kexec"]);
    }
}
