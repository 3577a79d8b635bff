namespace Stiefel.Linux.Firmware;

/// <summary>Identifies the program that started the running kernel (Documentation/arch/x86/boot.rst, type_of_loader).</summary>
public static class BootLoader
{
    private const string TypeFile = "/proc/sys/kernel/bootloader_type";

    // The upper four bits are the type, the lower four the loader's version; 0xD is kexec, both by kexec-tools and by the kernel itself.
    private const int Kexec = 0xd0;

    /// <summary>True if another running system started this one by kexec.</summary>
    public static bool WasKexec => WasKexecBy(File.Exists(TypeFile) ? File.ReadAllText(TypeFile) : "");

    /// <param name="type">The kernel's text, a decimal number.</param>
    internal static bool WasKexecBy(string type) => int.TryParse(type, out var number) && (number & ~0xf) == Kexec;
}
