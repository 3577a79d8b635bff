namespace Stiefel.Linux.Firmware;

/// <summary>The program that started the running kernel (Documentation/arch/x86/boot.rst, type_of_loader).</summary>
public static class BootLoader
{
    private const string TypeFile = "/proc/sys/kernel/bootloader_type";

    // The type in the upper four bits, the loader's version in the lower; kexec is 0xD, by kexec-tools and by the kernel itself.
    private const int Kexec = 0xd0;

    /// <summary>It was another running system, and neither firmware nor a boot loader.</summary>
    public static bool WasKexec => WasKexecBy(File.Exists(TypeFile) ? File.ReadAllText(TypeFile) : "");

    /// <param name="type">As the kernel tells it, a decimal number.</param>
    internal static bool WasKexecBy(string type) => int.TryParse(type, out var number) && (number & ~0xf) == Kexec;
}
