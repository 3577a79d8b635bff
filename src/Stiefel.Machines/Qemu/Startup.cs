namespace Stiefel.Machines.Qemu;

/// <summary>How a virtual machine starts.</summary>
public abstract record Startup
{
    /// <summary>QEMU loads the kernel itself, without firmware menus or boot loader.</summary>
    /// <param name="Kernel">A Linux kernel.</param>
    /// <param name="Initrd">Its initramfs.</param>
    /// <param name="CommandLine">The kernel's arguments; they must not contain a secret.</param>
    public sealed record DirectKernel(string Kernel, string Initrd, string CommandLine) : Startup;

    /// <summary>SeaBIOS boots the first disk.</summary>
    public sealed record Bios : Startup;

    /// <summary>OVMF boots the first disk's EFI partition. The firmware's variables are in a copy that vanishes with the machine.</summary>
    /// <param name="HasSecureBoot">True to start only programs signed by Microsoft, directly or through a shim.</param>
    public sealed record Uefi(bool HasSecureBoot = false) : Startup;
}
