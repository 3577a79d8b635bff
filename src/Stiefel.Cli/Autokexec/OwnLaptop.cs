using System.Security.Cryptography;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>The identity of this laptop that calling desktops are told. The ramdisk is told as well, so that the desktop recognises the laptop there.</summary>
internal static class OwnLaptop
{
    /// <summary>Reads the identity; a machine without any number of its own gets a random one for this process.</summary>
    public static LaptopIdentity Read()
    {
        var numbers = MachineNumbers.Read();
        return LaptopIdentity.Of(
            LaptopIdentity.IdOf(numbers.Length > 0 ? numbers : RandomNumberGenerator.GetHexString(LaptopIdentity.IdLength)), Environment.MachineName);
    }

    /// <summary>Kernel arguments that hand the identity to the ramdisk's server. It is no secret there: only the laptop's owner can read them.</summary>
    public static KernelOption[] Options(LaptopIdentity laptop) =>
        [new("stiefel.Discovery.LaptopId", laptop.Id), .. IsPlain(laptop.Name) ? [new KernelOption("stiefel.Boot.Laptop", laptop.Name)] : Array.Empty<KernelOption>()];

    // The kernel's command line knows quotes, but no way to escape one.
    private static bool IsPlain(string name) => name.Length > 0 && name.All(letter => letter is > ' ' and < '\x7f' and not '"');
}
