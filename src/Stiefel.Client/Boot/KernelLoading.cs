using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Payload;
using Stiefel.Client.Screen;
using Stiefel.Client.Unlocking;
using Stiefel.Linux.Kexec;

namespace Stiefel.Client.Boot;

/// <summary>
/// The payload's kernel is loaded twice: for trial, when all is here but what the laptop's grant tells, and then whole. What the kernel would refuse (kexec switched off, a signature, an image it
/// cannot load, too little memory) is refused before the laptop has given anybody its disk.
/// </summary>
/// <param name="options">How far to go.</param>
/// <param name="screen">Where it is told.</param>
/// <param name="passphrase">Forgotten when the payload starts.</param>
internal sealed class KernelLoading(BootSequenceOptions options, BootScreen screen, LaptopPassphrase passphrase)
{
    /// <summary>How the kernel is loaded; tests load none.</summary>
    public required Func<SafeFileHandle, SafeFileHandle, string, ILoadedKernel> Load { get; init; }

    /// <summary>Loads it and gives the memory back. There is no secret in it yet.</summary>
    public void Try(MemoryFile kernel, MemoryFile initrd, PayloadCommandLine commandLine)
    {
        if (!options.UntilLoading)
        {
            initrd.ReadSoFar(file => Load(kernel.Seal(), file, commandLine.Text).Unload());
        }
    }

    /// <summary>Loads it with all its initrd holds, and starts it, as far as the options say. Returns only where they say less.</summary>
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
            screen.Phase("executing", "from here on the laptop's own system speaks");
            passphrase.Forget();
            loaded.Execute();
        }
        catch
        {
            // It holds the session, and perhaps the passphrase.
            screen.Say($"  {loaded.Withdraw()}");
            throw;
        }
    }
}
