using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup;

/// <summary>Makes the changes of a plan, each only if the user agrees, and each after its journal entry.</summary>
internal sealed class SetupRun(LaptopTree tree, SetupJournal journal, Dialogue dialogue)
{
    private readonly TreeWriter _writer = new(tree);

    /// <summary>Makes the changes.</summary>
    /// <returns>The number of changes made.</returns>
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

    /// <summary>Records a path that other code is about to create, so that undo removes it.</summary>
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
        if (file.Answer is { } answer)
        {
            Note(JournalEntry.Of(answer, DebconfAnswers.Of(change.Before, answer.Question)));
            new AnswerWriter(tree).Write(answer.Question, answer.Value);
            return;
        }

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

    // Keep the original state once only: a file in the journal was written by set-up itself.
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
            // Only the directory that holds the secret is private: those above it also hold public files.
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
