using Stiefel.Cli.Doctor.Checks;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor;

/// <summary>All findings about one laptop.</summary>
/// <param name="Root">The root of the examined tree.</param>
/// <param name="Findings">The findings, the worst first, and in the order of the checks within a grade.</param>
internal sealed record Diagnosis(string Root, IReadOnlyList<Finding> Findings)
{
    // In an order that makes sense to people: what system is it, can it leave, what does it serve, over what cable.
    private static readonly Func<Patient, IEnumerable<Finding>>[] s_checks =
    [
        SystemChecks.Of, KernelChecks.Of, SignatureChecks.Of, BootEntryChecks.Of, BootLoaderChecks.Of, DiskChecks.Of, FileSystemChecks.Of, EncryptionChecks.Of,
        SwapChecks.Of, InitramfsChecks.Of, LoaderPackageChecks.Of, NetworkChecks.Of, FirewallChecks.Of, PowerChecks.Of, GraphicsChecks.Of, SetupChecks.Of,
    ];

    /// <summary>True if no finding would keep the disk from being served.</summary>
    public bool WouldWork => Findings.All(finding => finding.Grade != Grade.Stop);

    /// <summary>Examines a laptop.</summary>
    public static Diagnosis Of(LaptopFacts facts)
    {
        var patient = new Patient(facts);
        List<Finding> findings = [.. s_checks.SelectMany(check => check(patient))];
        if (facts.Tree.Denied.Count > 0)
        {
            findings.Add(Finding.Note(
                "not-root",
                $"{string.Join(", ", facts.Tree.Denied.Take(3))}{(facts.Tree.Denied.Count > 3 ? $" and {facts.Tree.Denied.Count - 3} more" : "")} could not be read, so the findings are incomplete",
                "run it as root: sudo stiefel doctor"));
        }

        return new Diagnosis(facts.Tree.Root, [.. findings.OrderByDescending(finding => finding.Grade)]);
    }
}
