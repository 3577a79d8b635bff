namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Executes one `grub.cfg` and makes boot entries of the entries in its menu.</summary>
/// <param name="tree">The boot directory.</param>
/// <param name="directory">The path of the file's directory in it: GRUB's `$prefix`.</param>
/// <param name="source">The name of the file for people.</param>
internal sealed class GrubEntryReader(BootTree tree, string directory, string source)
{
    // A menu may have any number of entries; at most this many are looked at.
    private const int MaxCandidates = 256;

    private static readonly string[] s_rootNames = ["root", "opts", "options", "args", "cmdline", "append"];

    private readonly GrubFiles _files = new(tree);

    /// <summary>
    /// Returns what GRUB would start, then all other entries. An entry that grubenv requests once (next_entry) comes first. What GRUB would start
    /// without that request follows, because the one-time entry may be our own ramdisk.
    /// </summary>
    /// <exception cref="InvalidDataException">The script exceeds <see cref="GrubBudget"/>.</exception>
    public IEnumerable<BootEntry> Read()
    {
        var state = Run(once: true, out var asked);
        if (asked)
        {
            foreach (var candidate in GrubMenu.InBootOrder(state).Take(1).Where(candidate => candidate.Exists))
            {
                yield return ToEntry(candidate with { Notes = [.. candidate.Notes, "grubenv asks for this entry once (next_entry)"] }, lenient: false);
            }

            state = Run(once: false, out _);
        }

        Report(state.Problems!);
        GrubCandidate[] candidates = [.. GrubMenu.InBootOrder(state).Take(MaxCandidates)];
        if (candidates.Length == 0)
        {
            tree.Findings.PassOver(source, "its menu is empty");
        }

        // A directory given by a person may be any part of a file system: if no kernel is where its path says, accept paths that begin further up.
        var lenient = tree.Volume.Device is null && !candidates.Any(one => one.Boot is { } boot && Exists(boot.Image));
        foreach (var candidate in candidates)
        {
            yield return ToEntry(candidate, lenient);
        }
    }

    private GrubState Run(bool once, out bool asked)
    {
        var device = GrubDevices.NameOf(tree.Volume);
        var prefix = $"({device}){Path.Combine(tree.Directory, directory)}";
        var state = GrubState.Initial(_files, device, prefix);
        state.Files.IgnoresNextEntry = !once;
        new GrubInterpreter(state).RunFile($"{prefix}/grub.cfg");
        asked = state.Files.HasNextEntry;
        return state;
    }

    private bool Exists(GrubPath path)
    {
        using var file = _files.Open(path);
        return file is not null;
    }

    private void Report(IEnumerable<GrubProblem> problems)
    {
        foreach (var problem in problems)
        {
            tree.Findings.PassOver(problem.Entry.Length > 0 ? $"{source}, {problem.Where} of the body" : problem.Where, problem.Entry, problem.Reason);
        }
    }

    private BootEntry ToEntry(GrubCandidate candidate, bool lenient)
    {
        Report(candidate.Problems);
        return new BootEntry
        {
            Tree = tree,
            Source = source,
            Title = candidate.Title,
            Kernel = candidate.Boot?.Image.ToString() ?? "",
            Initrds = [.. (candidate.Boot?.Initrds ?? []).Select(initrd => initrd.ToString())],
            CommandLine = candidate.Boot?.CommandLine ?? "",
            Id = candidate.Id.Length > 0 ? $"grub:{candidate.Id}" : "",
            Unfit = Unfit(candidate),
            Notes = [.. candidate.Notes, .. UnknownVariables(candidate)],
            Locate = lenient ? null : path => _files.Open(_files.Resolve(path, GrubDevices.NameOf(tree.Volume))),
        };
    }

    // In RHEL 8, $kernelopts holds all arguments of an entry; scripts written by people do the same under other names.
    private static bool MayHoldRoot(string variable) => s_rootNames.Any(name => variable.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> UnknownVariables(GrubCandidate candidate)
        => candidate.Boot is { EmptyVariables: { Count: > 0 } names } ? [$"these variables in its command line are unknown or empty: {string.Join(", ", names.Distinct().Select(name => $"${name}"))}"] : [];

    /// <summary>Why an entry cannot be booted, regardless of its files; null if nothing is against it.</summary>
    private static string? Unfit(GrubCandidate candidate)
    {
        if (candidate.Boot is not { } boot)
        {
            return candidate.Reason;
        }

        if (boot.Image.Blocks is not null || boot.Image.Path.Length == 0)
        {
            return $"it starts another boot loader ({boot.Image})";
        }

        if ((boot.IsChained ? [boot.Image] : boot.Initrds.Prepend(boot.Image)).FirstOrDefault(path => !path.IsFile) is { } blocks)
        {
            return $"GRUB cannot load {blocks.Written}, which has no slash at its beginning: GRUB takes it for a list of blocks";
        }

        if (boot.Image.Volume is null)
        {
            return $"GRUB looks for {boot.Image} on a device that is not on this disk";
        }

        var root = boot.CommandLine.Split(' ').LastOrDefault(argument => argument.StartsWith("root=", StringComparison.Ordinal));
        var emptied = boot.CommandLine.Length == 0 && !boot.IsChained ? "its command line"
            : root is "root=" or "root=UUID=" or "root=LABEL=" or "root=PARTUUID=" or "root=PARTLABEL=" ? "root= in its command line"
            : root is null && boot.EmptyVariables.Any(MayHoldRoot) ? "a variable that may hold root="
            : null;
        return emptied is null || boot.EmptyVariables.Count == 0 ? null
            : $"{emptied} becomes empty, because {string.Join(", ", boot.EmptyVariables.Distinct().Select(name => $"${name}"))} {(boot.EmptyVariables.Count == 1 ? "is" : "are")} unknown";
    }
}
