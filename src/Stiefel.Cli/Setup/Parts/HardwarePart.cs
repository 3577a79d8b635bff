using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Plans the list of the laptop's drivers, by which a ramdisk that is made on a desktop still starts on the laptop.</summary>
internal static class HardwarePart
{
    /// <summary>Plans the list; nothing on a desktop, and where the hardware cannot be seen.</summary>
    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop)
    {
        if (!laptop.Root.IsRemote && KernelNeeds.OfHardware(laptop).ToList() is { Count: > 0 } drivers)
        {
            yield return new PlannedFile(KnownHardware.Place, "remembers this laptop's drivers, for ramdisks that are made while its system runs on a desktop") { Content = KnownHardware.ToBytes(drivers) };
        }
    }
}
