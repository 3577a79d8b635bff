using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup.Parts;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Setup;

/// <summary>Makes what set-up builds from the laptop's own files: the ramdisk and its boot entry. Set-up asks first; later both are rebuilt after upgrades.</summary>
/// <param name="laptop">The facts about the laptop.</param>
/// <param name="configuration">The laptop's configuration.</param>
/// <param name="journal">The journal of earlier changes.</param>
/// <param name="output">Receives the steps.</param>
internal sealed class SetupMade(LaptopFacts laptop, StiefelConfiguration configuration, SetupJournal journal, TextWriter output)
{
    private readonly SetupRamdisk _ramdisk = new(laptop, configuration);

    // Found anew when there is another ramdisk: the place depends on who signed its kernel.
    private SetupEntry _entry = new(laptop, configuration);

    /// <summary>True if there is a ramdisk.</summary>
    public bool HasRamdisk => _ramdisk.IsThere;

    /// <summary>True if there is a boot entry that set-up made.</summary>
    public bool HasEntry => _entry.IsOurs(journal);

    /// <summary>Makes both, each only if the user agrees.</summary>
    /// <param name="run">Records what is made.</param>
    /// <param name="dialogue">Asks the user.</param>
    /// <param name="program">The path of the installed stiefel.</param>
    /// <param name="dryRun">True to only say what would be done.</param>
    /// <param name="token">Cancels the work.</param>
    public async Task OfferAsync(SetupRun run, Dialogue dialogue, string program, bool dryRun, CancellationToken token)
    {
        if (_ramdisk.IsWanted(journal))
        {
            dialogue.Say(_ramdisk.Describe());
            if (!dryRun && dialogue.Ask() == Answer.Yes)
            {
                await _ramdisk.MakeAsync(run, new StepLog(output), token);
                _entry = new SetupEntry(laptop, configuration);
            }

            dialogue.Say("");
        }
        else if (!_ramdisk.IsThere)
        {
            _ramdisk.Choice.Notes.ToList().ForEach(note => dialogue.Say($"note: {note}"));
            dialogue.Say("next: the ramdisk is not there yet; make it with `stiefel create-initrd`, then run this again");
        }

        if (_ramdisk.IsThere)
        {
            OfferEntry(run, dialogue, program, dryRun);
        }
    }

    /// <summary>Rebuilds both if kernel, programs, keys or configuration changed. The present ones stay until the new ones are complete.</summary>
    /// <param name="run">Records what is made.</param>
    /// <param name="program">Finds the path of the installed stiefel.</param>
    /// <param name="token">Cancels the work.</param>
    public async Task UpdateAsync(SetupRun run, Func<string> program, CancellationToken token)
    {
        run.Apply(SetupPlan.Compare(laptop.Tree, journal, _ramdisk.IsOurs(journal) ? HardwarePart.Of(laptop) : [], []));
        if (_ramdisk.IsOurs(journal) && _ramdisk.IsWanted(journal))
        {
            await _ramdisk.BuildAsync(new StepLog(output), token);
            _entry = new SetupEntry(laptop, configuration);
        }
        else if (_ramdisk.IsOurs(journal) && !_ramdisk.Choice.IsAtHand)
        {
            _ramdisk.Choice.Notes.ToList().ForEach(output.WriteLine);
            await output.WriteLineAsync("the ramdisk stays as it is");
        }

        if (!_entry.IsOurs(journal))
        {
            return;
        }

        // The laptop is leaving by this very entry: its ramdisk has been lent the keys, and another version of it would have none.
        token.ThrowIfCancellationRequested();
        if (laptop.Tree.IsThisMachine && await SystemState.IsStoppingAsync())
        {
            await output.WriteLineAsync("the boot entry stays as it is, because this system stops; it is brought up to date after the next start");
            return;
        }

        await CompleteAsync(run, program(), token);
        if (_entry.IsWanted)
        {
            _entry.Note(run);
            _entry.Make();
            await output.WriteLineAsync($"the boot entry in {_entry.Place!.Files} is up to date");
        }
    }

    // An older version made an entry without a key of its own, and a service that may not write there. A key that was refused or revoked stays away, and a
    // service that was switched off stays off.
    private async Task CompleteAsync(SetupRun run, string program, CancellationToken token)
    {
        PlannedFile[] due =
        [
            .. journal.Find(EntryKeys.Link) is null ? KeyPart.OfMenu(laptop) : [],
            .. AutokexecPart.Of(laptop, program, []).Where(file => journal.Find(file.Path) is not null && laptop.Tree.HasName(file.Path)),
        ];
        if (run.Apply(SetupPlan.Compare(laptop.Tree, journal, due, [])) > 0 && laptop.Tree.IsThisMachine && laptop.IsRunning && laptop.HasSystemd)
        {
            await SetupUnits.ForgetAsync(output.WriteLine, token);
        }
    }

    private void OfferEntry(SetupRun run, Dialogue dialogue, string program, bool dryRun)
    {
        _entry.Notes.ToList().ForEach(note => dialogue.Say($"note: {note}"));
        if (_entry.Place is not { } place || (!_entry.IsWanted && _entry.IsOurs(journal)) || (laptop.Tree.HasName(place.Switch) && !_entry.IsOurs(journal)))
        {
            return;
        }

        if (_entry.Obstacle() is { } obstacle)
        {
            dialogue.Say($"note: {obstacle}");
            return;
        }

        var notes = new List<string>();
        var key = SetupPlan.Compare(laptop.Tree, journal, KeyPart.OfMenu(laptop), notes);
        var plan = SetupPlan.Compare(laptop.Tree, journal, [.. place.Fixed(laptop.Tree), .. AutokexecPart.OfEntry(laptop, program, place.IsOnThisMachineAlone)], notes);
        notes.ForEach(note => dialogue.Say($"note: {note}"));
        dialogue.Say($"{place.Files} and {place.Switch}: the ramdisk with a key and arguments, as an entry of {place.MenuOf(laptop)}");
        if (dryRun)
        {
            key.Changes.Concat(plan.Changes).ToList().ForEach(dialogue.Show);
        }
        else if (dialogue.Ask() == Answer.Yes)
        {
            run.Apply(key);
            _entry.Note(run);
            _entry.Make();
            run.Apply(plan);
        }
    }
}
