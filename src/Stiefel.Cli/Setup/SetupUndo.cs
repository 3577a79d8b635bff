using System.Text;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup.Entries;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Setup;

/// <summary>
/// Undoes what set-up did, and nothing else: a file that somebody changed since is left alone and reported; one that somebody removed stays removed.
/// </summary>
internal sealed class SetupUndo(LaptopTree tree, SetupJournal journal, Dialogue dialogue)
{
    private readonly TreeWriter _writer = new(tree);

    /// <summary>Undoes all changes.</summary>
    /// <param name="isDryRun">True to only say what would be done.</param>
    /// <param name="keep">A directory whose content and journal entries are kept; null for none.</param>
    /// <returns>The number of files that stay because somebody changed them.</returns>
    public int Run(bool isDryRun, string? keep = null)
    {
        var kept = 0;
        foreach (var entry in journal.Entries.Where(entry => !entry.IsDirectory && !IsBelow(entry.Path, keep)).Reverse().ToList())
        {
            if (entry.Question is { } question)
            {
                kept += TakeBackAnswer(entry, question, isDryRun) ? 0 : 1;
                continue;
            }

            if (!IsOurs(entry))
            {
                kept++;
                dialogue.Say($"{entry.Path} stays: somebody changed it since set-up wrote it; remove it yourself if you do not want it{(entry.WasThere ? $"; the original is in {SetupJournal.BeforeOf(entry.Path)}" : "")}");
                continue;
            }

            dialogue.Say($"{entry.Path}: {(entry.WasThere ? "restored" : "removed")}");
            if (!isDryRun)
            {
                TakeBack(entry);
            }
        }

        if (!isDryRun && kept == 0 && !journal.Entries.Any(entry => !entry.IsDirectory))
        {
            _writer.Remove(SetupJournal.Path);
            RemoveDirectories();
        }

        return kept;
    }

    private static bool IsBelow(string path, string? directory) => directory is not null && path.StartsWith(directory + "/", StringComparison.Ordinal);

    // A file that is gone or has its original state was restored by somebody else, or was never changed.
    private bool IsOurs(JournalEntry entry)
    {
        var content = entry.IsTree ? null : ContentOf(entry.Path);
        return content is null || SetupJournal.HashOf(content) == entry.Sha256 || (entry.WasThere && Before(entry) is { } before && content.AsSpan().SequenceEqual(before));
    }

    // An answer that somebody changed since is not set-up's any more, and stays without a word.
    private bool TakeBackAnswer(JournalEntry entry, string question, bool isDryRun)
    {
        if (DebconfAnswers.Of(DebconfAnswers.Read(tree), question) is { } answer && SetupJournal.HashOf(Encoding.UTF8.GetBytes(answer)) == entry.Sha256)
        {
            dialogue.Say($"{entry.Path}: the answer to {question} is {entry.AnswerBefore ?? "its default"} again");
            if (isDryRun)
            {
                return true;
            }

            try
            {
                new AnswerWriter(tree).Write(question, entry.AnswerBefore);
            }
            catch (FailedException error)
            {
                dialogue.Say($"{entry.Path} stays: {error.Message}");
                return false;
            }
        }

        if (!isDryRun)
        {
            Forget(entry);
        }

        return true;
    }

    private void TakeBack(JournalEntry entry)
    {
        if (entry.IsTree)
        {
            WipeKeys(entry.Path);
            if (ContentOf(entry.Path) is not { } content || !FirmwareSlot.IsForeign(entry.Path, content))
            {
                _writer.RemoveTree(entry.Path);
            }
        }
        else if (!entry.WasThere)
        {
            _writer.Remove(entry.Path);
        }
        else if (ContentOf(entry.Path) is not null)
        {
            var before = Before(entry) ?? throw new FailedException($"{SetupJournal.BeforeOf(entry.Path)} with the original of {entry.Path} is gone; restore that file by hand");
            _writer.Write(new PlannedFile(entry.Path, "") { Content = before, Mode = (UnixFileMode)entry.ModeBefore });
        }

        _writer.Remove(SetupJournal.BeforeOf(entry.Path));
        Forget(entry);
    }

    // A removed file's blocks keep what they held.
    private void WipeKeys(string directory)
    {
        foreach (var file in tree.Names(directory).Select(name => $"{directory}/{name}/{EntryPlace.Keys}").Where(tree.HasFile))
        {
            EntryKeys.Overwrite(tree.OnDisk(file)!, []);
        }
    }

    private void Forget(JournalEntry entry)
    {
        journal.Forget(entry);
        _writer.Write(new PlannedFile(SetupJournal.Path, "") { Content = journal.ToBytes(), Mode = PlannedFile.Private });
    }

    private void RemoveDirectories()
    {
        foreach (var entry in journal.Entries.Where(entry => entry.IsDirectory).Reverse().ToList())
        {
            if (!_writer.TryRemoveDirectory(entry.Path))
            {
                dialogue.Say($"{entry.Path} stays: it still holds {string.Join(", ", tree.Names(entry.Path).Take(3))}");
            }
        }
    }

    private byte[]? Before(JournalEntry entry) => tree.Bytes(SetupJournal.BeforeOf(entry.Path));

    private byte[]? ContentOf(string path) => Change.ContentOf(tree, new PlannedFile(path, "") { Content = [] });
}
