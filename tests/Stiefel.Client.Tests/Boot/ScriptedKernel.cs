using Stiefel.Linux.Errors;
using Stiefel.Linux.Kexec;

namespace Stiefel.Client.Tests.Boot;

/// <summary>A kernel whose loading is only simulated, and which cannot be started.</summary>
internal sealed class ScriptedKernel : ILoadedKernel
{
    public string LoadedBy => "a test";

    public int Unloaded { get; private set; }

    public void Execute() => throw new LinuxException("reboot(LINUX_REBOOT_CMD_KEXEC)", Errno.EPERM);

    public void Unload() => Unloaded++;
}
