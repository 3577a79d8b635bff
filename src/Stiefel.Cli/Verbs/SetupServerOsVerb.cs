using System.CommandLine;
using System.Security.Cryptography;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Doctor;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup;
using Stiefel.CommandLine;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel setup-server-os`: sets a laptop up so that a desktop can call for its disk.</summary>
internal static class SetupServerOsVerb
{
    private static readonly Option<bool> s_yes = new("--yes") { Description = "Make all changes without asking" };
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Show what would be changed, and change nothing" };
    private static readonly Option<bool> s_undo = new("--undo") { Description = "Undo what was set up, and nothing else" };
    private static readonly Option<string> s_root = new("--root") { HelpName = "DIR", Description = "Set up the root file system in this directory", DefaultValueFactory = _ => "/" };
    private static readonly Option<bool> s_keepKeys = new("--keep-keys") { Description = "With --undo: keep /etc/stiefel with the configuration and the keys" };
    private static readonly Option<bool> s_update = new("--update") { Description = "Rebuild what set-up built from kernels and programs, if anything; for package managers, after an upgrade" };
    private static readonly Option<bool> s_json = new("--json") { Description = "For programs: what would be changed (with --dry-run), or whether it was done, as one line of JSON" };
    private const string KeptDirectory = "/etc/stiefel";
    private const string ConfigurationPath = KeptDirectory + "/config.yaml";
    private static readonly string[] s_programs = ["/usr/bin/stiefel", "/usr/local/bin/stiefel"];

    // Findings that set-up itself mends.
    private static readonly string[] s_mended = ["config-without-disk"];

    public static Command Build()
    {
        var command = new Command("setup-server-os", "Set this laptop up to serve its disk when a desktop calls: configuration, key, ramdisk, service. Shows each change and asks; only adds files of its own")
        {
            s_yes, s_dryRun, s_undo, s_keepKeys, s_update, s_root, s_json,
        };
        command.SetAction(RunAsync);
        return command.WithExamples("stiefel setup-server-os", "stiefel setup-server-os --dry-run", "stiefel setup-server-os --yes --root /mnt", "stiefel setup-server-os --undo");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var directory = parsed.GetRequiredValue(s_root);
        if (!Directory.Exists(directory))
        {
            throw new UsageException($"--root {directory}: there is no such directory");
        }

        CheckTogether(parsed);

        var (io, isJson) = (parsed.InvocationConfiguration, parsed.GetValue(s_json));
        var output = isJson ? io.Error : io.Output;
        var dryRun = parsed.GetValue(s_dryRun);
        var input = parsed.GetValue(s_yes) || dryRun || parsed.GetValue(s_undo) || parsed.GetValue(s_update) ? null : Input();
        using var tree = new LaptopTree(directory);
        if (tree.IsThisMachine && !dryRun && !Environment.IsPrivilegedProcess)
        {
            throw new FailedException("only root may change the system: sudo stiefel setup-server-os");
        }

        if (isJson && dryRun && !parsed.GetValue(s_undo) && !parsed.GetValue(s_update))
        {
            await io.Output.WriteLineAsync(await DescribeAsync(tree, token));
            return ExitCode.Done;
        }

        var dialogue = new Dialogue(input, output, TerminalColor.IsWanted(output));
        var code = await RunAsync(parsed, tree, dialogue, output, token);
        if (isJson)
        {
            await io.Output.WriteLineAsync(SetupAnswer.Of(code == ExitCode.Done, parsed.GetValue(s_undo) ? [] : StopsOf(tree, dryRun)));
        }

        return code;
    }

    private static async Task<int> RunAsync(ParseResult parsed, LaptopTree tree, Dialogue dialogue, TextWriter output, CancellationToken token)
    {
        var dryRun = parsed.GetValue(s_dryRun);
        return parsed.GetValue(s_undo) ? await UndoAsync(tree, dialogue, dryRun, parsed.GetValue(s_keepKeys) ? KeptDirectory : null, token)
            : parsed.GetValue(s_update) ? await UpdateAsync(tree, output, token)
            : await SetUpAsync(tree, dialogue, dryRun, output, token);
    }

    private static void CheckTogether(ParseResult parsed)
    {
        Option<bool>[] ways = [s_yes, s_undo, s_update];
        if (ways.Where(parsed.GetValue).ToList() is [var one, var other, ..])
        {
            throw new UsageException($"{one.Name} and {other.Name} exclude each other: {other.Name} never asks, and does something else");
        }

        if (parsed.GetValue(s_json) && !parsed.GetValue(s_dryRun) && !ways.Any(parsed.GetValue))
        {
            throw new UsageException("--json asks nothing: say --yes as well");
        }

        if (parsed.GetValue(s_keepKeys) && !parsed.GetValue(s_undo))
        {
            throw new UsageException("--keep-keys works with --undo only");
        }
    }

    private static async Task<int> SetUpAsync(LaptopTree tree, Dialogue dialogue, bool dryRun, TextWriter output, CancellationToken token)
    {
        var laptop = new LaptopFacts(tree);
        var journal = SetupJournal.Read(tree);
        var plan = PlanOf(laptop, journal, tree);
        dialogue.Say($"{laptop.Distribution.Name}, {laptop.Boot.Name}, initramfs by {laptop.Initramfs.Name}: {(plan.Changes.Count == 0 ? "nothing to change" : $"{plan.Changes.Count} changes")}\n");
        var run = new SetupRun(tree, journal, dialogue);
        if (dryRun)
        {
            plan.Changes.ToList().ForEach(dialogue.Show);
        }
        else
        {
            run.Apply(plan);
        }

        var made = new SetupMade(laptop, ConfigurationIn(tree), journal, output);
        await made.OfferAsync(run, dialogue, ProgramIn(tree), dryRun, token);
        plan.Notes.ToList().ForEach(note => dialogue.Say($"note: {note}"));
        foreach (var finding in StopsOf(tree, dryRun))
        {
            dialogue.Say($"serving would not work yet: {PrintableText.OneLine(finding.Text)}; {finding.Remedy}  [{finding.Id}]");
        }

        if (tree.IsThisMachine && !dryRun && laptop.IsRunning && laptop.HasSystemd)
        {
            await SetupUnits.StartAsync(made.HasRamdisk, made.HasEntry, dialogue.Say, token);
        }

        return ExitCode.Done;
    }

    private static async Task<string> DescribeAsync(LaptopTree tree, CancellationToken token)
    {
        var laptop = new LaptopFacts(tree);
        var journal = SetupJournal.Read(tree);
        var plan = PlanOf(laptop, journal, tree);
        using var made = new StringWriter();
        var dialogue = new Dialogue(input: null, made, colored: false);
        await new SetupMade(laptop, ConfigurationIn(tree), journal, made).OfferAsync(new SetupRun(tree, journal, dialogue), dialogue, ProgramIn(tree), dryRun: true, token);
        return SetupAnswer.Of(laptop, plan, made.ToString(), StopsOf(tree, dryRun: true));
    }

    private static SetupPlan PlanOf(LaptopFacts laptop, SetupJournal journal, LaptopTree tree) =>
        SetupPlan.Of(laptop, journal, () => RandomNumberGenerator.GetBytes(KeyDirectory.KeyLength), ProgramIn(tree));

    private static IEnumerable<Finding> StopsOf(LaptopTree tree, bool dryRun) =>
        Diagnosis.Of(new LaptopFacts(tree)).Findings.Where(finding => finding.Grade == Grade.Stop && !(dryRun && s_mended.Contains(finding.Id)));

    private static async Task<int> UndoAsync(LaptopTree tree, Dialogue dialogue, bool dryRun, string? keep, CancellationToken token)
    {
        var journal = SetupJournal.Read(tree);
        if (journal.Entries.Count == 0)
        {
            dialogue.Say("nothing is set up here, or only by hand: there is nothing to undo");
            return ExitCode.Done;
        }

        var tellsSystemd = tree.IsThisMachine && !dryRun && tree.HasDirectory("run/systemd/system");
        if (tellsSystemd)
        {
            await SetupUnits.StopAsync(journal.Entries.Any(entry => entry.Path.EndsWith("/stiefel-update.path", StringComparison.Ordinal)), dialogue.Say, token);
        }

        var kept = new SetupUndo(tree, journal, dialogue).Run(dryRun, keep);
        if (tellsSystemd)
        {
            await SetupUnits.ForgetAsync(dialogue.Say, token);
        }

        return kept == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    // A service that runs as root must not run a program that other users can replace.
    private static string ProgramIn(LaptopTree tree)
    {
        var program = s_programs.FirstOrDefault(tree.HasFile)
            ?? throw new UsageException($"the service needs stiefel as {string.Join(" or ", s_programs)}, and neither exists; install the programs first: install -m 755 artifacts/bin/stiefel* /usr/local/bin/");
        TrustedFile.OpenRead(tree.OnDisk(program)!).Dispose();
        return program;
    }

    private static async Task<int> UpdateAsync(LaptopTree tree, TextWriter output, CancellationToken token)
    {
        var journal = SetupJournal.Read(tree);
        var run = new SetupRun(tree, journal, new Dialogue(input: null, output, colored: false));
        await new SetupMade(new LaptopFacts(tree), ConfigurationIn(tree), journal, output).UpdateAsync(run, () => ProgramIn(tree), token);
        return ExitCode.Done;
    }

    private static StiefelConfiguration ConfigurationIn(LaptopTree tree) =>
        tree.Text(ConfigurationPath) is { } text ? ConfigurationFile.Parse(ConfigurationPath, text) : new StiefelConfiguration();

    // Refuse without a terminal: nobody would ever answer the questions.
    private static TextReader Input() => Console.IsInputRedirected
        ? throw new UsageException("cannot ask without a terminal: use --yes to make all changes, or --dry-run to see them")
        : Console.In;
}
