using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup.Parts;

namespace Stiefel.Cli.Setup;

/// <summary>All that set-up would do to a laptop. Nothing is changed by making it.</summary>
/// <param name="Changes">In the order in which they are made: what starts something comes last.</param>
/// <param name="Notes">What a person must know or do by hand, one line each.</param>
internal sealed record SetupPlan(IReadOnlyList<Change> Changes, IReadOnlyList<string> Notes)
{
    /// <summary>Makes it.</summary>
    /// <param name="laptop">What the laptop is.</param>
    /// <param name="journal">What was done before.</param>
    /// <param name="makeKey">A fresh key's bytes.</param>
    /// <param name="program">Where this program is installed.</param>
    public static SetupPlan Of(LaptopFacts laptop, SetupJournal journal, Func<byte[]> makeKey, string program)
    {
        var notes = new List<string>();
        PlannedFile[] wanted =
        [
            .. ConfigurationPart.Of(laptop, notes), .. KeyPart.Of(laptop, makeKey), .. InitramfsPart.Of(laptop, notes), .. AutokexecPart.Of(laptop, program, notes),
        ];
        LoaderPackagePart.Note(laptop, notes);
        return Compare(laptop.Tree, journal, wanted, notes);
    }

    /// <summary>Compares what is wanted with what is there.</summary>
    public static SetupPlan Compare(LaptopTree tree, SetupJournal journal, IEnumerable<PlannedFile> wanted, List<string> notes)
    {
        List<Change> changes = [];
        foreach (var file in wanted)
        {
            var change = Change.Of(tree, file);
            if (change?.Before is { } before && journal.Find(file.Path) is { } known && known.Sha256 != SetupJournal.HashOf(before))
            {
                notes.Add($"{file.Path} was changed since it was set up, and is left as it is; remove it to have it written anew");
            }
            else if (change is not null)
            {
                changes.Add(change);
            }
        }

        return new SetupPlan(changes, notes);
    }
}
