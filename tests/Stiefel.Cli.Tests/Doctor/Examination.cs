using Stiefel.Cli.Doctor;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Tests.Laptop;

namespace Stiefel.Cli.Tests.Doctor;

/// <summary>Runs the doctor on a model of a laptop.</summary>
internal static class Examination
{
    public const long PlentyOfBytes = 1L << 30;

    public static Diagnosis Of(LaptopModel model, long? free = PlentyOfBytes)
    {
        using var tree = new LaptopTree(model.Root) { FreeBytes = _ => free };
        return Diagnosis.Of(new LaptopFacts(tree));
    }

    /// <summary>All findings except those graded fine, each as `grade id`.</summary>
    public static string[] ComplaintsOf(LaptopModel model) =>
        [.. Of(model).Findings.Where(finding => finding.Grade != Grade.Fine).Select(finding => $"{finding.Grade} {finding.Id}")];
}
