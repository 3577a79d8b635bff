using System.Text;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup;

/// <summary>Builds the ramdisk during set-up, from the laptop's own kernel and the programs in Stiefel's package, so that nothing is downloaded.</summary>
internal sealed class SetupRamdisk
{
    private const string CachePlace = "/var/cache/stiefel";

    private readonly LaptopFacts _laptop;
    private readonly StiefelConfiguration _configuration;
    private readonly string _directory;

    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="configuration">The laptop's configuration.</param>
    public SetupRamdisk(LaptopFacts laptop, StiefelConfiguration configuration)
    {
        _laptop = laptop;
        _configuration = configuration;
        _directory = Path.GetDirectoryName(configuration.ServerSetup.Kernel)!;
        Choice = RamdiskChoice.For(laptop, configuration, fromDebian: false);
    }

    /// <summary>The kernel and programs of which the ramdisk would be made.</summary>
    public RamdiskChoice Choice { get; }

    /// <summary>True if the ramdisk's files exist.</summary>
    public bool IsThere => Files.All(_laptop.Tree.HasFile);

    private string[] Files => [_configuration.ServerSetup.Kernel, _configuration.ServerSetup.Initrd];

    private string Versions => $"{_directory}/{ImageVersions.Subdirectory}";

    // Do not touch a ramdisk for which the configuration names other files: it is the user's own.
    private bool HasUsualNames => Files.SequenceEqual([$"{_directory}/{RamdiskImage.KernelName}", $"{_directory}/{RamdiskImage.InitrdName}"]);

    /// <summary>True if set-up can and may build the ramdisk now: there is none, or set-up made it and its parts have changed.</summary>
    public bool IsWanted(SetupJournal journal) => Choice.IsAtHand && HasUsualNames && (!IsThere || IsOurs(journal)) && !IsCurrent();

    /// <summary>True if set-up made the present ramdisk.</summary>
    public bool IsOurs(SetupJournal journal) => journal.Find(Versions) is { IsTree: true };

    /// <summary>Describes for people what will be built.</summary>
    public string Describe() => $"{Files[0]} and {Path.GetFileName(Files[1])}: the ramdisk from which this laptop serves, with its own kernel {Choice.Own?.Kernel.Release}";

    /// <summary>Builds the ramdisk, and records each file in the journal first.</summary>
    public async Task MakeAsync(SetupRun run, StepLog log, CancellationToken token)
    {
        var tree = _laptop.Tree;
        foreach (var made in (string[])[Versions, .. tree.HasDirectory(CachePlace) ? Array.Empty<string>() : [CachePlace]])
        {
            run.Note(new JournalEntry(made, "", IsTree: true));
        }

        foreach (var (name, target) in ImageVersions.Links)
        {
            run.Note(new JournalEntry($"{_directory}/{name}", SetupJournal.HashOf(Encoding.UTF8.GetBytes(target))));
        }

        await BuildAsync(log, token);
    }

    /// <summary>Rebuilds the ramdisk that is in the journal.</summary>
    public async Task BuildAsync(StepLog log, CancellationToken token)
    {
        Choice.Notes.ToList().ForEach(log.Note);
        var paths = _laptop.Tree.IsThisMachine ? _configuration.Paths : _configuration.Paths with { Cache = Place(CachePlace), Work = null };
        var request = new RamdiskRequest { Configuration = _configuration with { Paths = paths }, Output = Place(_directory), Own = Choice.Own, Programs = Choice.Programs };
        await new RamdiskBuilder(request, log).BuildAsync(token);
    }

    private string Place(string path) => _laptop.Tree.OnDisk(path) ?? throw new FailedException($"{Path.GetDirectoryName(path)} is not there");

    private bool IsCurrent() =>
        IsThere && Choice is { Own: { } own, Programs: { } programs }
        && _laptop.Tree.Bytes($"{_directory}/{RamdiskManifest.FileName}") is { } bytes && RamdiskManifest.TryRead(bytes) is { } manifest
        && manifest.KernelRelease == own.Kernel.Release
        && manifest.Programs.SequenceEqual(programs.Programs)
        && manifest.Wishes == RamdiskWishes.HashOf(_configuration, _laptop.Tree.Root)
        && manifest.Files.GetValueOrDefault(RamdiskImage.KernelName) == ManifestFile.Of(Place(own.Kernel.Image));
}
