using Stiefel.Cli.Doctor;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Verbs;

/// <summary>The JSON answers of `stiefel setup-server-os`.</summary>
internal static class SetupAnswer
{
    /// <summary>The answer after changes.</summary>
    /// <param name="isDone">True if everything was changed that had to be.</param>
    /// <param name="stops">Findings that keep it from working.</param>
    public static string Of(bool isDone, IEnumerable<Finding> stops) => JsonLine.Of(("isDone", isDone), ("stops", List(stops)));

    /// <summary>The answer to `--dry-run`.</summary>
    /// <param name="laptop">The laptop.</param>
    /// <param name="plan">The changes.</param>
    /// <param name="made">Messages about the ramdisk and its boot entry.</param>
    /// <param name="stops">Findings that would keep it from working.</param>
    public static string Of(LaptopFacts laptop, SetupPlan plan, string made, IEnumerable<Finding> stops) => JsonLine.Of(
        ("distribution", laptop.Distribution.Name),
        ("bootLoader", laptop.Boot.Name),
        ("initramfs", laptop.Initramfs.Name),
        ("changes", plan.Changes.Select(change => ((string, object?)[])
            [("path", change.File.Path), ("why", change.File.Why), ("isThere", change.Before is not null), ("isLink", change.File.IsLink), ("isSecret", change.File.IsSecret)])),
        ("made", made.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
        ("notes", plan.Notes),
        ("stops", List(stops)));

    private static IEnumerable<object?> List(IEnumerable<Finding> stops) =>
        stops.Select(finding => ((string, object?)[])[("id", finding.Id), ("text", finding.Text), ("remedy", finding.Remedy)]);
}
