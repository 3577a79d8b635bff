using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup;

/// <summary>Makes the changes of a plan, each after its journal entry, and each only if the person wants it.</summary>
internal sealed class SetupRun(LaptopTree tree, SetupJournal journal, Dialogue dialogue)
{
    private readonly TreeWriter _writer = new(tree);

    /// <summary>Does it.</summary>
    /// <returns>How many were made.</returns>
    public int Apply(SetupPlan plan)
    {
        var made = 0;
        foreach (var change in plan.Changes)
        {
            dialogue.Show(change);
            if (dialogue.Ask() == Answer.Yes)
            {
                Make(change);
                made++;
            }
        }

        return made;
    }

    /// <summary>Notes what is about to be made by somebody else, so that it is undone; what was there already is not.</summary>
    public void Note(JournalEntry entry)
    {
        MakeDirectories(entry.Path, isPrivate: false);
        journal.Note(entry);
        SaveJournal();
    }

    private void Make(Change change)
    {
        var path = change.File.Path;
        var file = change.File;
        var entry = new JournalEntry(path, SetupJournal.HashOf(file.Content));
        if (change.Before is { } before && !file.IsLink)
        {
            var mode = _writer.ModeOf(path);
            file = file with { Mode = mode };
            entry = entry with { WasThere = true, ModeBefore = (int)mode };
            KeepFirst(path, before);
        }

        MakeDirectories(path, file.IsSecret);
        journal.Note(entry);
        SaveJournal();
        _writer.Write(file);
    }

    // A file that set-up itself made has no earlier state.
    private void KeepFirst(string path, byte[] before)
    {
        if (journal.Find(path) is null)
        {
            var kept = SetupJournal.BeforeOf(path);
            MakeDirectories(kept, isPrivate: true);
            _writer.Write(new PlannedFile(kept, "") { Content = before, Mode = PlannedFile.Private });
        }
    }

    private void MakeDirectories(string path, bool isPrivate)
    {
        foreach (var directory in _writer.MissingAbove(path))
        {
            // Only that which holds the secret: those above are shared with what everybody reads.
            var closest = directory == Path.GetDirectoryName(path);
            _writer.MakeDirectory(directory, isPrivate && closest);
            journal.Note(new JournalEntry(directory, ""));
        }
    }

    private void SaveJournal()
    {
        MakeDirectories(SetupJournal.Path, isPrivate: false);
        _writer.Write(new PlannedFile(SetupJournal.Path, "") { Content = journal.ToBytes(), Mode = PlannedFile.Private });
    }
}
