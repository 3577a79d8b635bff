using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>
/// The drivers of the laptop's disk and network cards, kept in its own file system. When a new ramdisk is made while that system runs on a desktop, which has
/// other hardware, the ramdisk must still start on the laptop.
/// </summary>
internal static class KnownHardware
{
    /// <summary>The file: a line for each driver, `disk nvme` or `card e1000e`.</summary>
    public const string Place = "/var/lib/stiefel/hardware";

    private const string Disk = "disk", Card = "card";

    /// <summary>The file's content.</summary>
    public static byte[] ToBytes(IEnumerable<KernelNeed> drivers) => Encoding.UTF8.GetBytes(string.Concat(drivers.Select(driver => $"{(driver.IsEssential ? Disk : Card)} {driver.Name}\n").Distinct()));

    /// <summary>Reads the drivers; none if the file does not exist. Lines that say nothing are left out.</summary>
    public static IEnumerable<KernelNeed> Read(LaptopTree tree) => tree.Lines(Place).Select(line => line.Split(' ')).Select(words => words switch
    {
        [Disk, { Length: > 0 } module] => OfDisk(module),
        [Card, { Length: > 0 } module] => OfCard(module),
        _ => null,
    }).OfType<KernelNeed>();

    /// <summary>A driver without which the laptop has no disk to serve.</summary>
    public static KernelNeed OfDisk(string module) => new(module, "this laptop's disk");

    /// <summary>A driver of a network card, of which the laptop may have others.</summary>
    public static KernelNeed OfCard(string module) => new(module, "this laptop's network card") { IsEssential = false };
}
