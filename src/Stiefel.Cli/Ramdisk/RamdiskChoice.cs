using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel;

namespace Stiefel.Cli.Ramdisk;

/// <summary>The kernel and the programs of which a laptop's ramdisk is made.</summary>
/// <param name="Own">The laptop's own kernel; null for Debian's.</param>
/// <param name="Programs">The programs in Stiefel's package; null to build them from Debian's packages.</param>
/// <param name="Notes">The reasons, one line each.</param>
internal sealed record RamdiskChoice(OwnRamdiskKernel? Own, RamdiskPrograms? Programs, IReadOnlyList<string> Notes)
{
    /// <summary>True if nothing must be downloaded.</summary>
    public bool IsAtHand => Own is not null && Programs is not null && !BuildsDrivers;

    /// <summary>True if drivers are built for it, for which a mirror is needed.</summary>
    public bool BuildsDrivers { get; init; }

    /// <summary>Chooses kernel and programs.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="configuration">The laptop's configuration.</param>
    /// <param name="fromDebian">True to use Debian's packages for everything.</param>
    public static RamdiskChoice For(LaptopFacts laptop, StiefelConfiguration configuration, bool fromDebian)
    {
        var notes = new List<string>();
        var content = RamdiskContent.For(configuration);
        var own = fromDebian || configuration.Initrd.Kernel == RamdiskKernel.Debian ? null : KernelOf(laptop, content, notes);
        if (fromDebian)
        {
            return new RamdiskChoice(null, null, notes);
        }

        var programs = content.HasUsualPrograms ? CarriedPrograms.Find(laptop.Tree) : null;
        if (programs is null)
        {
            notes.Add(content.HasUsualPrograms
                ? $"programs: from Debian's packages, because no package of Stiefel with them is installed ({CarriedPrograms.Place})"
                : "programs: from Debian's packages, because the configuration adds programs (modules, initrd.include-packages)");
        }

        if (content.Drivers.Count > 0)
        {
            notes.Add("drivers: built by `stiefel create-initrd`, with the compiler and the kernel's headers of Debian's packages (initrd.drivers); do so after each upgrade of the kernel");
        }

        return new RamdiskChoice(own, programs, notes) { BuildsDrivers = content.Drivers.Count > 0 };
    }

    private static OwnRamdiskKernel? KernelOf(LaptopFacts laptop, RamdiskContent content, List<string> notes)
    {
        var needs = KernelNeeds.Of(laptop, !content.LinkInTheOpen);
        foreach (var kernel in OwnKernel.Of(laptop.Tree))
        {
            var missing = KernelNeeds.Missing(laptop.Tree, kernel, content.KernelModules, needs);
            if (missing.Any(need => need.IsEssential))
            {
                notes.Add($"kernel {kernel.Release} is not used: it lacks {string.Join(", ", missing.Where(need => need.IsEssential))}");
                continue;
            }

            notes.Add($"kernel {kernel.Release} of this laptop has what the ramdisk needs: {string.Join(", ", needs.Except(missing).Select(need => need.Name).Distinct())}");
            notes.AddRange(missing.Select(need => $"the ramdisk will not have {need}: that kernel has no such driver"));
            return new OwnRamdiskKernel(laptop.Tree, kernel);
        }

        notes.Add("kernel: Debian's, because no kernel of this laptop has what the ramdisk needs (looked for modules.dep in lib/modules/*, and vmlinuz beside it or in /boot)");
        return null;
    }
}
