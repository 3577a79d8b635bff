using Stiefel.BootFiles.Catalog.Images;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>`blscfg` and `uki`: entries of the Boot Loader Specification become entries of GRUB's menu.</summary>
internal static class GrubBlsCommands
{
    private const int MaxEntries = 1024;
    private const int MaxImages = 64;
    private const int MaxEntryBytes = 1024 * 1024;
    private const string Entries = "/loader/entries";
    private const string Images = "/EFI/Linux";

    /// <summary>`blscfg [DIRECTORY|FILE]`; GRUB 2.14 adds options.</summary>
    public static int ReadEntries(GrubCall call)
    {
        if (Parse(call) is not { } options)
        {
            return GrubStatus.BadArgument;
        }

        var path = options["path"] ?? options.Rest.FirstOrDefault();
        var entries = path?.EndsWith(".conf", StringComparison.Ordinal) == true ? Read(call, call.State.Resolve(path)) : Directories(call, path).Select(directory => List(call, directory)).FirstOrDefault(found => found.Count > 0, []);
        foreach ((var entry, var at) in entries.Select((entry, at) => (entry, at)).Where(one => IsWanted(call, options, one.entry.Id, one.entry["title"], one.at)))
        {
            Add(call.State, entry);
        }

        return GrubStatus.Success;
    }

    /// <summary>`uki` of GRUB 2.14: the unified images of a directory, or of the EFI System partition.</summary>
    public static int ReadImages(GrubCall call)
    {
        if (Parse(call) is not { } options)
        {
            return GrubStatus.BadArgument;
        }

        var esp = call.State.Files.Tree.Disk.EfiSystem ?? call.State.Files.Tree.Volume;
        var directory = call.State.Resolve(options["path"] ?? $"({GrubDevices.NameOf(esp)}){Images}");
        string[] names = [.. GrubFiles.List(directory).Select(entry => entry.Name).Where(name => name.EndsWith(".efi", StringComparison.Ordinal)).Take(MaxImages)];
        Array.Sort(names, (a, b) => RpmVersion.Compare(b, a));
        for (var at = 0; at < names.Length; at++)
        {
            var path = call.State.Resolve($"{directory.Full.TrimEnd('/')}/{names[at]}");
            if (TitleOf(call.State, path) is { } title && IsWanted(call, options, names[at], title, at))
            {
                // GRUB passes no arguments, so the image uses its own command line.
                GrubMenuCommands.Append(call.State, new GrubMenuItem([title], names[at], IsSubmenu: false, $"chainloader {Quote(path.Full)}\n"));
            }
        }

        return GrubStatus.Success;
    }

    private static GrubOptions? Parse(GrubCall call)
        => GrubOptions.Parse(call.Arguments, "p|path=", "f|enable-fallback", "d|show-default", "n|show-non-default", "e|entry=");

    /// <summary>The directory that is meant, then the places where GRUB looks if it is empty.</summary>
    private static IEnumerable<GrubPath> Directories(GrubCall call, string? path)
    {
        var directory = path ?? call.Variables["blsdir"] ?? Entries;
        yield return call.State.Resolve(directory);
        yield return call.State.Resolve($"/boot{Entries}");

        // Without EFI, Fedora's GRUB also looks on the file system that `$boot` names.
        if (call.Variables["boot"] is { } boot && !directory.StartsWith('('))
        {
            yield return call.State.Files.Resolve(directory, boot);
        }
    }

    private static List<GrubBlsEntry> List(GrubCall call, GrubPath directory)
    {
        var entries = new List<GrubBlsEntry>();
        foreach ((var name, var isDirectory) in GrubFiles.List(directory).Take(MaxEntries))
        {
            if (!isDirectory && name.Length > ".conf".Length && !name.StartsWith('.') && name.EndsWith(".conf", StringComparison.Ordinal))
            {
                entries.AddRange(Read(call, call.State.Resolve($"{directory.Full.TrimEnd('/')}/{name}")));
            }
        }

        entries.Sort(GrubBlsEntry.CompareForMenu);
        return entries;
    }

    private static List<GrubBlsEntry> Read(GrubCall call, GrubPath path)
    {
        try
        {
            return call.State.Files.ReadText(path, MaxEntryBytes) is { } text ? [GrubBlsEntry.Parse(Path.GetFileNameWithoutExtension(path.Path), text)] : [];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static void Add(GrubState state, GrubBlsEntry entry)
    {
        if (entry["linux"] is not { } linux)
        {
            state.Problems?.Add(new GrubProblem($"{Entries}/{entry.Id}.conf", "", "has no `linux` line"));
            return;
        }

        var empty = new List<string>();
        var options = (entry["options"] ?? state.Variables["default_kernelopts"]) is { } given ? GrubBlsEntry.Expand(given, name => state.Variables[name], empty) : "";
        state.Budget.SpendCharacters(options.Length);
        string[] initrds = [.. entry.All("initrd")];
        var early = (state.Variables["early_initrd"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var beside = initrds.FirstOrDefault(linux);
        var directory = beside[..(beside.LastIndexOf('/') + 1)];
        var loaded = string.Concat(early.Select(name => $" ($root){directory}{name}").Concat(initrds.Select(path => $" ($root){path}")));
        var body = $"linux ($root){linux} {options}\n{(loaded.Length > 0 ? $"initrd{loaded}\n" : "")}";
        GrubMenuCommands.Append(state, new GrubMenuItem([entry["title"] ?? linux, .. entry.All("grub_arg")], entry.Id, IsSubmenu: false, body) { EmptyVariables = empty, IsBls = true });
    }

    private static bool IsWanted(GrubCall call, GrubOptions options, string id, string? title, int at)
    {
        if (!options.Has("show-default") && !options.Has("show-non-default") && !options.Has("entry"))
        {
            return true;
        }

        var wanted = call.Variables["default"] ?? "";
        var isDefault = wanted.Length > 0 && (wanted == id || wanted == title || (GrubNumber.Parse(wanted, out var end) == (ulong)at && end == wanted.Length));
        return (isDefault && options.Has("show-default")) || (!isDefault && options.Has("show-non-default")) || options["entry"] == id;
    }

    /// <summary>The title of a unified image; null if the file is not one.</summary>
    private static string? TitleOf(GrubState state, GrubPath path)
    {
        try
        {
            using var file = state.Files.Open(path);
            return file is not null && UnifiedImage.TryRead(file) is { } image && image.Title is { Length: > 0 } title ? title : null;
        }
        catch (InvalidDataException error)
        {
            state.Problems?.Add(new GrubProblem(path.Path, "", error.Message));
            return null;
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
