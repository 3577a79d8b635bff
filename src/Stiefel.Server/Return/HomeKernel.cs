using Stiefel.Linux.Kexec;
using Stiefel.Server.BootReading;
using Stiefel.Server.Grants;

namespace Stiefel.Server.Return;

/// <summary>The kernel and initrd of the laptop's own system, as its boot loader would start them.</summary>
public sealed class HomeKernel(IDiskGate gate)
{
    /// <summary>Loads them from the disk.</summary>
    /// <exception cref="IOException">They cannot be read, or the running kernel refuses to load them.</exception>
    public async Task<ILoadedKernel> LoadAsync(CancellationToken token)
    {
        using var lease = await gate.ReadAsync(reader: null, token);
        var spec = lease.Files.Spec;
        using var kernel = await CopyAsync("kernel", new BootImage(spec.Kernel), token);
        using var initrd = await CopyAsync("initrd", new BootImage(spec.Initrds), token);
        return KexecImage.Load(kernel.Seal(), initrd.Seal(), spec.CommandLine);
    }

    private static async Task<MemoryFile> CopyAsync(string name, BootImage image, CancellationToken token)
    {
        var file = MemoryFile.Create(name);
        try
        {
            await image.ReadAsync(file.Writer.WriteAsync, token);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
