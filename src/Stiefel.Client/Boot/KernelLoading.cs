using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Payload;
using Stiefel.Client.Screen;
using Stiefel.Client.Unlocking;
using Stiefel.Linux.Kexec;

namespace Stiefel.Client.Boot;

/// <summary>
/// Loads the payload's kernel twice: as a trial, when only the data of the laptop's grant is missing, and then for real. So whatever the running kernel would refuse (kexec switched off, a signature, an image it
/// cannot load, too little memory) is noticed before the laptop grants its disk.
/// </summary>
/// <param name="options">How far to go.</param>
/// <param name="screen">Shows the progress.</param>
/// <param name="passphrase">The disk's passphrase; overwritten when the payload starts.</param>
internal sealed class KernelLoading(BootSequenceOptions options, BootScreen screen, LaptopPassphrase passphrase)
{
    /// <summary>Loads a kernel; tests replace it.</summary>
    public required Func<SafeFileHandle, SafeFileHandle, string, ILoadedKernel> Load { get; init; }

    /// <summary>Loads the kernel as a trial and unloads it again. The initrd holds no secret yet.</summary>
    public void Try(MemoryFile kernel, MemoryFile initrd, PayloadCommandLine commandLine)
    {
        if (!options.UntilLoading)
        {
            initrd.ReadSoFar(file => Load(kernel.Seal(), file, commandLine.Text).Unload());
        }
    }

    /// <summary>Starts a kernel; tests replace it.</summary>
    public required Action<ILoadedKernel> StartLoaded { get; init; }

    /// <summary>Loads the kernel with the complete initrd and starts it. Returns only if the options stop it before, or while systemd shuts this system down.</summary>
    public void Start(MemoryFile kernel, MemoryFile initrd, PayloadCommandLine commandLine)
    {
        if (options.UntilLoading)
        {
            screen.Say("stopped before loading, as asked by --until-loading");
            return;
        }

        var loaded = Load(kernel.Seal(), initrd.Seal(), commandLine.Text);
        screen.Phase("loaded", $"by {loaded.LoadedBy}");
        if (options.NoExec)
        {
            screen.Say("stopped before executing, as asked by --no-exec; `kexec -e` goes on");
            return;
        }

        Execute(loaded);
    }

    private void Execute(ILoadedKernel loaded)
    {
        try
        {
            passphrase.Forget();
            StartLoaded(loaded);
        }
        catch
        {
            // Unload it, because it holds the session's secrets and perhaps the passphrase.
            screen.Say($"  {loaded.Withdraw()}");
            throw;
        }
    }
}
