using Stiefel.Linux.Initramfs;

namespace Stiefel.Cli.Vm.Scenarios;

/// <summary>The ramdisk that `stiefel create-initrd` makes: a kernel, and an initramfs without any key.</summary>
/// <param name="Kernel">stiefel-vmlinuz.</param>
/// <param name="Initrd">stiefel-initrd.img.</param>
internal sealed record StiefelRamdisk(string Kernel, string Initrd)
{
    /// <summary>What `stiefel create-initrd` calls the kernel.</summary>
    public const string KernelName = "stiefel-vmlinuz";

    /// <summary>What `stiefel create-initrd` calls the initramfs.</summary>
    public const string InitrdName = "stiefel-initrd.img";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode AnyoneMayPass = OwnerOnlyDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The two files in the directory that `create-initrd --out` filled.</summary>
    /// <exception cref="FileNotFoundException">One is not there.</exception>
    public static StiefelRamdisk In(string directory)
    {
        var ramdisk = new StiefelRamdisk(Path.Combine(directory, KernelName), Path.Combine(directory, InitrdName));
        return File.Exists(ramdisk.Kernel) && File.Exists(ramdisk.Initrd)
            ? ramdisk
            : throw new FileNotFoundException($"{directory} does not hold {KernelName} and {InitrdName}; make them with `stiefel create-initrd --out {directory}`");
    }

    /// <summary>Writes the initramfs with a key behind it, in an archive of its own; only the owner may read the file.</summary>
    public async Task WriteInitrdWithKeyAsync(string target, string keyFile, CancellationToken token)
    {
        await using var output = new FileStream(
            target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        await using (FileStream initrd = File.OpenRead(Initrd))
        {
            await initrd.CopyToAsync(output, token);
        }

        await output.WriteAsync(CpioPadding.After(output.Length), token);
        var archive = new CpioWriter(output);
        archive.AddDirectory("etc", AnyoneMayPass);
        archive.AddDirectory("etc/stiefel", AnyoneMayPass);
        archive.AddDirectory("etc/stiefel/keys", OwnerOnlyDirectory);
        archive.AddFile("etc/stiefel/keys/" + Path.GetFileName(keyFile), OwnerOnly, await File.ReadAllBytesAsync(keyFile, token));
        await archive.CompleteAsync(token);
    }
}
