using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup.Parts;

namespace Stiefel.Cli.Setup;

/// <summary>All changes that set-up would make to a laptop. Planning changes nothing.</summary>
/// <param name="Changes">The changes in the order of making them; those that start something come last.</param>
/// <param name="Notes">What the user must know or do by hand, one line each.</param>
internal sealed record SetupPlan(IReadOnlyList<Change> Changes, IReadOnlyList<string> Notes)
{
    /// <summary>Plans the changes.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="journal">The journal of earlier changes.</param>
    /// <param name="makeKey">Makes a fresh key.</param>
    /// <param name="program">The path of the installed stiefel.</param>
    public static SetupPlan Of(LaptopFacts laptop, SetupJournal journal, Func<byte[]> makeKey, string program)
    {
        var notes = new List<string>();
        PlannedFile[] wanted =
        [
            .. ConfigurationPart.Of(laptop, notes), .. KeyPart.Of(laptop, makeKey), .. InitramfsPart.Of(laptop, notes), .. LoaderPackagePart.Of(laptop, notes), .. HardwarePart.Of(laptop),
            .. AutokexecPart.Of(laptop, program, notes),
        ];
        return Compare(laptop.Tree, journal, wanted, notes);
    }

    /// <summary>Compares the wanted files with the present ones.</summary>
    public static SetupPlan Compare(LaptopTree tree, SetupJournal journal, IEnumerable<PlannedFile> wanted, List<string> notes)
    {
        List<Change> changes = [];
        foreach (var file in wanted)
        {
            var change = Change.Of(tree, file);
            if (change?.Before is { } before && file.Answer is null && journal.Find(file.Path) is { } known && known.Sha256 != SetupJournal.HashOf(before))
            {
                notes.Add($"{file.Path} was changed by somebody since set-up wrote it, and is left as it is; remove it to have it written again");
            }
            else if (change is not null)
            {
                changes.Add(change);
            }
        }

        return new SetupPlan(changes, notes);
    }
}
