using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Catalog.Grub;
using Stiefel.Linux.Files;
using Stiefel.Linux.Tests;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.Grub;

/// <summary>Generated scripts do the same here as in GRUB's own engine. STIEFEL_FUZZ_N sets their number, STIEFEL_FUZZ_SEED makes other scripts.</summary>
/// <param name="output">Receives the number of scripts of the long run.</param>
public sealed partial class GrubDifferentialTests(ITestOutputHelper output) : IDisposable
{
    private const int Usual = 1500;
    private const int InOneProcess = 500;

    // Try again after a difference: on a busy machine, grub-emu loses output that its terminal does not accept at once. A true difference shows every time.
    private const int Attempts = 4;

    // GRUB expands a wildcard without a path to these devices and their files (docs/boot-entries.md#what-differs-on-purpose).
    private static readonly string[] s_deviceNames = ["~[(proc)", "~[(host)"];

    // Each menu lies in the body of the one before, and GRUB nests at most 100 scripts.
    private const int MenusInOneProcess = 15;

    private const int LongRun = 10_000_000;
    private const int MenusBesideScripts = 20;

    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : 4645;

    private readonly TemporaryDirectory _directory = MakeDirectory();
    private readonly ConfinedTree _everything = new("/");
    private int _passedOver;

    [Fact]
    public void Scripts_Generated_DoWhatGrubDoes() => CompareUsual(InOneProcess, CompareScripts);

    [Fact]
    public void BrokenScripts_Generated_LoseWhatGrubLoses() => CompareUsual(InOneProcess, CompareBrokenScripts);

    [Fact]
    public void Menus_Generated_BootWhatGrubBoots() => CompareUsual(MenusInOneProcess, CompareMenus);

    /// <summary>As many as an hour gives, or STIEFEL_FUZZ_MINUTES, with other seeds than those of every run.</summary>
    [Fact]
    [Trait("Needs", "long")]
    public void Everything_GeneratedForAnHour_DoesWhatGrubDoes()
    {
        var minutes = int.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_MINUTES"), NumberStyles.None, CultureInfo.InvariantCulture, out var other) ? other : 60;
        var (started, scripts, menus) = (Stopwatch.GetTimestamp(), 0, 0);
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(minutes))
        {
            var first = s_seed + LongRun + scripts;
            CompareScripts(first);
            CompareBrokenScripts(first);
            scripts += InOneProcess;
            for (var i = 0; i < MenusBesideScripts; i++)
            {
                CompareMenus(s_seed + LongRun + menus);
                menus += MenusInOneProcess;
            }
        }

        output.WriteLine($"{scripts} scripts, as many broken ones, {menus} menus from seed {s_seed + LongRun} on; {_passedOver} beyond our limits");
        Assert.True(_passedOver <= Allowed(scripts + scripts + menus), $"{_passedOver} scripts were passed over");
    }

    public void Dispose()
    {
        _everything.Dispose();
        _directory.Dispose();
    }

    /// <summary>The scripts that a run may pass over: one of a thousand and those after it in one chain.</summary>
    private static long Allowed(long count) => MenusInOneProcess + (count / 1000);

    private static TemporaryDirectory MakeDirectory()
    {
        var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        directory.Write("g/k-1", "one");
        directory.Write("g/d/inner.img", "inner");
        directory.Write("g/empty", "");
        directory.Write("g/inc.cfg", "b=included\nshow \"$1\"\n# it's a comment\n");
        return directory;
    }

    private void CompareUsual(int inOneProcess, Action<int> compare)
    {
        var count = Fuzz.Count(Usual);
        for (var done = 0L; done < count; done += inOneProcess)
        {
            compare(s_seed + (int)done);
        }

        Assert.True(_passedOver <= Allowed(count), $"{_passedOver} of {count} scripts were passed over");
    }

    private void CompareScripts(int first) => Compare(first, InOneProcess, chained: false, (seed, _) => new GrubScripts(seed, _directory.Path).Script());

    private void CompareBrokenScripts(int first) => Compare(first, InOneProcess, chained: false, (seed, _) => new GrubScripts(seed, _directory.Path).BrokenScript());

    private void CompareMenus(int first) => Compare(first, MenusInOneProcess, chained: true, (seed, number) => new GrubScripts(seed, _directory.Path).Menu(number));

    private void Compare(int first, int inOneProcess, bool chained, Func<int, int, string> make)
    {
        string[] all = [.. Enumerable.Range(0, inOneProcess).Select(at => make(first + at, at))];
        var (done, ours) = Ours(all, chained);
        _passedOver += all.Length - done.Count;
        string[] scripts = [.. done.Select(at => all[at])];
        var difference = (string?)"";
        for (var attempt = 0; attempt < Attempts && difference is not null; attempt++)
        {
            var theirs = GrubEmulator.Run(_directory.Path, scripts, chained);
            difference = Enumerable.Range(0, ours.Count)
                .Where(at => !IsSame(theirs[at], ours[at]) && !theirs[at].Any(line => Array.Exists(s_deviceNames, name => line.StartsWith(name, StringComparison.Ordinal))))
                .Where(at => chained || !(DependsOnHistory(scripts[at], theirs[at], ours[at]) || DependsOnHost(scripts[at])))
                .Select(at => $"seed {first + done[at]}{Difference(theirs[at], ours[at])}\n{scripts[at].Replace(GrubScripts.Preamble, "", StringComparison.Ordinal)}")
                .FirstOrDefault();
        }

        Assert.True(difference is null, difference);
    }

    /// <summary>
    /// True if a fresh GRUB answers otherwise than one that executed other scripts before, and as we do in both cases. Each script unsets the variables
    /// that it uses; what else GRUB remembers is memory that it reads though it did not write it (texts to be translated, with odd dollar signs).
    /// </summary>
    private bool DependsOnHistory(string script, string[] theirs, string[] ours)
    {
        var fresh = GrubEmulator.Run(_directory.Path, [script], chained: false)[0];
        return !IsSame(fresh, theirs) && IsSame(fresh, ours) && Ours([script], chained: false).Lines is [var alone] && IsSame(alone, ours);
    }

    /// <summary>
    /// True if GRUB and we do the same once the wildcards without a path are escaped, in whose place GRUB puts the names of its devices, once for each turn
    /// of a loop (docs/boot-entries.md#what-differs-on-purpose), and once `-s` is `-f`: in the emulator's file system a directory can be opened like a file.
    /// </summary>
    private bool DependsOnHost(string script)
    {
        var other = WildcardWithoutPath().Replace(script, @"\*").Replace("-s ", "-f ", StringComparison.Ordinal);
        return other != script && Ours([other], chained: false).Lines is [var lines] && IsSame(GrubEmulator.Run(_directory.Path, [other], chained: false)[0], lines);
    }

    /// <summary>
    /// The scripts that end within our limits, and the lines that each writes here; like in the emulator, a script finds what the one before it has left.
    /// GRUB does not get to see the others: it has no limits, and a generated loop can be endless. A chain ends before its first such menu.
    /// </summary>
    private (List<int> Done, List<string[]> Lines) Ours(string[] scripts, bool chained)
    {
        var (done, written) = (new List<int>(), new List<string[]>());
        var lines = new List<string>();
        var state = NewState(lines.Add);
        for (var at = 0; at < scripts.Length; at++)
        {
            lines.Clear();
            var next = chained ? NewState(lines.Add) : state.Try(new GrubBudget(), tell: true);
            if (TryExecute(next, scripts[at], chained))
            {
                state = next;
            }
            else if (chained)
            {
                break;
            }
            else
            {
                continue;
            }

            done.Add(at);
            written.Add([.. lines.SelectMany(line => line.Split('\n')).Where(line => line.StartsWith('~') && !line.StartsWith("~@", StringComparison.Ordinal)).Select(GrubEmulator.Cut)]);
        }

        return (done, written);
    }

    private static bool IsSame(string[] theirs, string[] ours) =>
        theirs.Length == ours.Length && FilesByName(theirs).Zip(FilesByName(ours)).All(pair => GrubEmulator.IsSame(pair.First, pair.Second));

    /// <summary>Sorts files that stand one after the other: GRUB names those that fit a wildcard in the directory's order (docs/boot-entries.md#what-differs-on-purpose).</summary>
    private static List<string> FilesByName(string[] lines)
    {
        List<string> sorted = [];
        for (var at = 0; at < lines.Length;)
        {
            var files = lines.Skip(at).TakeWhile(line => line.StartsWith("~[/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
            sorted.AddRange(files.Length > 0 ? files : [lines[at]]);
            at += Math.Max(files.Length, 1);
        }

        return sorted;
    }

    private static string Difference(string[] theirs, string[] ours)
    {
        var same = theirs.Zip(ours).TakeWhile(pair => GrubEmulator.IsSame(pair.First, pair.Second)).Count();
        return $", after {same} lines\nGRUB: {string.Join(' ', theirs.Skip(same).Take(8))}\nours: {string.Join(' ', ours.Skip(same).Take(8))}";
    }

    private GrubState NewState(Action<string> output)
    {
        var disk = BootDisk.OfDirectory(_everything, "");
        return GrubState.Initial(new GrubFiles(new BootTree(disk, disk.Volumes[0], _everything, "", new BootFindings())), "hd0", "(hd0)/nowhere", output);
    }

    /// <summary>Executes a script; false if it exceeds our limits.</summary>
    private bool TryExecute(GrubState state, string script, bool chained)
    {
        // For us, the chain of menus ends with this script's entry.
        var path = _directory.Write("ours.cfg", chained ? script.Replace("configfile ", "configfile /nowhere", StringComparison.Ordinal) : script);
        try
        {
            new GrubInterpreter(state).RunFile(path);
        }
        catch (InvalidDataException)
        {
            return false;
        }

        _ = chained ? GrubMenu.InBootOrder(state).FirstOrDefault() : null;
        return true;
    }

    [GeneratedRegex(@"(?<=[\s;])\*(?=[\s;])")]
    private static partial Regex WildcardWithoutPath();
}
