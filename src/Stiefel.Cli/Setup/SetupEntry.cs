using System.Text;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Setup.Entries;
using Stiefel.CommandLine;
using Stiefel.Keys;

namespace Stiefel.Cli.Setup;

/// <summary>Installs the ramdisk as an entry of the laptop's own boot menu: kernel, ramdisk, keys and arguments, where the boot loader can read them.</summary>
internal sealed class SetupEntry
{
    // Room left for the files of a kernel upgrade.
    private const long Spare = 64 << 20;

    private readonly LaptopFacts _laptop;
    private readonly StiefelConfiguration _configuration;
    private readonly TreeWriter _writer;

    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="configuration">The laptop's configuration.</param>
    public SetupEntry(LaptopFacts laptop, StiefelConfiguration configuration)
    {
        var notes = new List<string>();
        _laptop = laptop;
        _configuration = configuration;
        _writer = new TreeWriter(laptop.Tree);
        var places = EntryPlace.Of(laptop, configuration.ServerSetup.Kernel, notes);

        // The one that is there stays; of the others, the best that has room.
        Place = places.FirstOrDefault(place => laptop.Tree.HasName(place.Switch)) ?? places.FirstOrDefault(place => ObstacleIn(place) is null) ?? (places.Count > 0 ? places[0] : null);
        if (Place is { } place && laptop.Root.Layers.Any(layer => layer.StartsWith("LUKS", StringComparison.Ordinal)))
        {
            notes.Add($"the boot entry needs a key where the boot loader reads it ({place.Files}): somebody who reads that partition has the key {EntryKeys.Name}, though not the encrypted data on the disk");
        }

        Notes = notes;
    }

    /// <summary>The place of the entry; null if there is none.</summary>
    public EntryPlace? Place { get; }

    /// <summary>Says why there is no place, or what the user should know about it.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>True if set-up made the installed entry.</summary>
    public bool IsOurs(SetupJournal journal) => Place is { } place && journal.Find(place.Files) is { IsTree: true };

    /// <summary>True if the entry's files are missing or outdated, or hold other keys than that of the menu.</summary>
    public bool IsWanted => Place is { } place && Prepare() is { } wanted
        && !(IsSwitchedTo(wanted) && !OutdatedPrograms(place).Any() && HasVariable(place) && KeyFiles(place).All(file => Holds(file, wanted)) && _laptop.Tree.LinkText(EntryKeys.Link) == KeysOf(place, wanted));

    /// <summary>Says why the entry cannot be made now; null if it can.</summary>
    public string? Obstacle() => Place is null ? null : ObstacleIn(Place);

    /// <summary>Records in the journal what will be made.</summary>
    public void Note(SetupRun run)
    {
        run.Note(new JournalEntry(Place!.Files, "", IsTree: true));
        if (!Place.Switch.StartsWith(Place.Files + "/", StringComparison.Ordinal))
        {
            run.Note(new JournalEntry(Place.Switch, "", IsTree: true));
        }

        if (Place.Variable is { } variable)
        {
            run.Note(new JournalEntry(variable.Path, "", IsTree: true));
        }

        run.Note(new JournalEntry(EntryKeys.Link, "", IsTree: true));
    }

    /// <summary>Makes the files, the small one last. The previous version stays until the next one is made, without any key but that of the menu.</summary>
    public void Make()
    {
        var place = Place!;
        var wanted = Prepare()!;
        var before = _laptop.Tree.Bytes(place.Switch) ?? [];

        // In place, before any of them is replaced or removed: an older version kept all keys there, and a leave that was cut short left them.
        foreach (var file in KeyFiles(place).Where(file => !Holds(file, wanted)))
        {
            EntryKeys.Overwrite(OnDisk(file), wanted.Keys);
        }

        var isNew = !IsSwitchedTo(wanted);
        if (isNew)
        {
            Install(place, wanted);
        }

        InstallPrograms(place);
        _writer.Write(PlannedFile.Link(EntryKeys.Link, "", KeysOf(place, wanted)));
        foreach (var old in Versions(place).Where(name => isNew && name != wanted.Version && !Mentions(before, name)))
        {
            _writer.RemoveTree($"{place.Files}/{old}");
        }
    }

    private void Install(EntryPlace place, Wanted wanted)
    {
        var directory = $"{place.Files}/{wanted.Version}";
        foreach (var missing in _writer.MissingAbove($"{directory}/x"))
        {
            _writer.MakeDirectory(missing, isPrivate: false);
        }

        foreach (var (name, source) in ((string, string)[])[(EntryPlace.Kernel, Sources[0]), (EntryPlace.Initrd, Sources[1])])
        {
            using var file = File.OpenRead(OnDisk(source));
            _writer.Copy(file, $"{directory}/{name}");
        }

        _writer.Write(new PlannedFile(KeysOf(place, wanted), "") { Content = wanted.Keys, Mode = PlannedFile.Private });
        _writer.Write(new PlannedFile(place.Switch, "") { Content = wanted.Text });
    }

    // Any of these programs starts the others' older and newer versions, too. The variable leads to them, so it comes last.
    private void InstallPrograms(EntryPlace place)
    {
        foreach (var (name, source) in OutdatedPrograms(place).ToList())
        {
            _writer.Write(new PlannedFile($"{place.Files}/{name}", "") { Content = _laptop.Tree.Bytes(source)! });
        }

        if (place.Variable is { } variable && !HasVariable(place))
        {
            _writer.Write(new PlannedFile(variable.Path, "") { Content = variable.Content });
        }
    }

    private IEnumerable<(string Name, string Source)> OutdatedPrograms(EntryPlace place) => place.Programs.Where(
        program => _laptop.Tree.Bytes(program.Source) is { } current && !(_laptop.Tree.Bytes($"{place.Files}/{program.Name}") is { } copy && copy.AsSpan().SequenceEqual(current)));

    private bool HasVariable(EntryPlace place) => place.Variable is not { } variable || (_laptop.Tree.Bytes(variable.Path) is { } there && there.AsSpan().SequenceEqual(variable.Content));

    private string? ObstacleIn(EntryPlace place)
    {
        if (!Sources.All(_laptop.Tree.HasFile))
        {
            return null;
        }

        var needed = 2 * Sources.Sum(file => new FileInfo(RamdiskImage.Real(OnDisk(file))).Length) + Spare;
        return _laptop.Tree.OnDisk(place.Files) is { } inside && _laptop.Tree.FreeBytes(Path.GetDirectoryName(inside)!) is { } free && free < needed
            ? $"no boot entry is installed: {Path.GetDirectoryName(place.Files)} has {DataSize.Binary(free)} free, but replacing a ramdisk takes {DataSize.Binary(needed)}, because the old one stays until the new one is complete"
            : null;
    }

    private static string KeysOf(EntryPlace place, Wanted wanted) => $"{place.Files}/{wanted.Version}/{EntryPlace.Keys}";

    private IEnumerable<string> Versions(EntryPlace place) => _laptop.Tree.Names(place.Files).Where(name => _laptop.Tree.HasDirectory($"{place.Files}/{name}"));

    private IEnumerable<string> KeyFiles(EntryPlace place) => Versions(place).Select(name => $"{place.Files}/{name}/{EntryPlace.Keys}").Where(_laptop.Tree.HasFile);

    private bool Holds(string file, Wanted wanted) => _laptop.Tree.Bytes(file) is { } present && EntryKeys.Holds(present, wanted.Keys);

    private bool IsSwitchedTo(Wanted wanted) => _laptop.Tree.Bytes(Place!.Switch) is { } there && there.AsSpan().SequenceEqual(wanted.Text);

    private static bool Mentions(byte[] content, string version) =>
        content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(version)) >= 0 || content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(version)) >= 0;

    private string[] Sources => [_configuration.ServerSetup.Kernel, _configuration.ServerSetup.Initrd];

    // Null if there is no ramdisk yet.
    private Wanted? Prepare()
    {
        if (Place is null || _configuration.Boot.Disk is null || !Sources.All(_laptop.Tree.HasFile))
        {
            return null;
        }

        var directory = new KeyDirectory(OnDisk(KeyDirectory.DefaultPath));
        var keys = EntryKeys.OfMenu(directory.Path);
        var departure = new Departure(_configuration, directory, _ => { }) { Laptop = _laptop.Tree.IsThisMachine ? OwnLaptop.Read() : null };
        var parts = string.Concat([.. Sources.Select(file => ContentHash.OfFile(OnDisk(file))), ContentHash.Of(keys)]);
        var version = ContentHash.Of(Encoding.ASCII.GetBytes(parts))[..16];
        return new Wanted(version, keys, Place.Content(version, departure.CommandLine()));
    }

    private string OnDisk(string path) => _laptop.Tree.OnDisk(path) ?? throw new FailedException($"{Path.GetDirectoryName(path)} is not there");

    private sealed record Wanted(string Version, byte[] Keys, byte[] Text);
}
