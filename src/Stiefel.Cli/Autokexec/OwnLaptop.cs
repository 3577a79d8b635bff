using System.Security.Cryptography;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>Which laptop this is, as a desktop that calls is told; the ramdisk is told too, so that the desktop finds the same one there.</summary>
internal static class OwnLaptop
{
    /// <summary>Reads it; where the machine has no number at all, one for this process.</summary>
    public static LaptopIdentity Read()
    {
        var numbers = MachineNumbers.Read();
        return LaptopIdentity.Of(
            LaptopIdentity.IdOf(numbers.Length > 0 ? numbers : RandomNumberGenerator.GetHexString(LaptopIdentity.IdLength)), Environment.MachineName);
    }

    /// <summary>What the ramdisk's server is told of it; no secret there, where only the laptop's owner is.</summary>
    public static KernelOption[] Options(LaptopIdentity laptop) =>
        [new("stiefel.Discovery.LaptopId", laptop.Id), .. IsPlain(laptop.Name) ? [new KernelOption("stiefel.Boot.Laptop", laptop.Name)] : Array.Empty<KernelOption>()];

    // The kernel has quotes, and nothing to quote them by.
    private static bool IsPlain(string name) => name.Length > 0 && name.All(letter => letter is > ' ' and < '\x7f' and not '"');
}
