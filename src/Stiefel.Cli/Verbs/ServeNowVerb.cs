using System.CommandLine;
using System.Net.Sockets;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.People;
using Stiefel.Cli.Wake;
using Stiefel.CommandLine;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel serve-now`: leaves this system and serves its disk, without waiting for a call.</summary>
internal static class ServeNowVerb
{
    private const string Occasion = "`stiefel serve-now`: this laptop's disk is to be served";

    private static readonly Option<string> s_config = new("--config") { HelpName = "FILE", Description = "Configuration", DefaultValueFactory = _ => "/etc/stiefel/config.yaml" };
    private static readonly Option<string> s_directory = KeyVerb.DirectoryOption();
    private static readonly Option<int?> s_grace = new("--grace") { HelpName = "N", Description = "Seconds between the warning and the end of everything that runs [autokexec.grace]" };
    private static readonly Option<string?> s_wake = new("--wake") { HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne, Description = "Switch this desktop on as the laptop leaves, as `stiefel wake NAME` does [the desktop that called last]" };
    private static readonly Option<bool> s_ignoreInhibitors = new("--ignore-inhibitors") { Description = "Leave even while a program inhibits shutdown" };
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Say what it would do, and do nothing" };

    private static readonly Option<bool> s_json = JsonLine.Option();

    public static Command Build()
    {
        var command = new Command("serve-now", "Leave this system now and serve its disk, as if a desktop had called: users are warned, then everything is closed. Ctrl-C before that stops it")
        {
            s_grace, s_wake, s_ignoreInhibitors, s_dryRun, s_config, s_directory, s_json,
        };
        command.SetAction(RunAsync);
        return command.WithTimeToEnd(Departure.TimeToStay).WithExamples("sudo stiefel serve-now", "sudo stiefel serve-now --grace 60", "sudo stiefel serve-now --wake blue-stick", "stiefel serve-now --dry-run");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var (io, isJson) = (parsed.InvocationConfiguration, parsed.GetValue(s_json));
        void Say(string line) => (isJson ? io.Error : io.Output).WriteLine($"stiefel: {line}");
        var configuration = WithGrace(ConfigurationFile.LoadTrusted(parsed.GetRequiredValue(s_config)), parsed.GetValue(s_grace));
        var dryRun = parsed.GetValue(s_dryRun);
        if (!dryRun && RemoteRoot.Find() is { } remote)
        {
            throw new RefusedException($"/ is on {remote}: this system runs on another machine's disk, and has no disk here to serve");
        }

        if (!dryRun && !Environment.IsPrivilegedProcess)
        {
            throw new FailedException("only root may end everything that runs here: sudo stiefel serve-now");
        }

        var keys = new KeyDirectory(parsed.GetRequiredValue(s_directory));
        if (!dryRun)
        {
            _ = new LentKeys(keys, Say).TakeBack();
        }

        var desktop = parsed.GetResult(s_wake) is null ? null : SleepingDesktop.Find(parsed.GetValue(s_wake), by: null, new KnownDesktops(KnownDesktops.DefaultFile), RouteNetlink.ListLinks());
        var start = OwnStart.OfThisMachine();
        start.Recall();
        var departure = new Departure(configuration, keys, Say)
        {
            Laptop = OwnLaptop.Read(),
            PeopleAt = NoticeLines.Path,
            KexecObstacle = RunningKernel.ObstacleHere,
            BootedEntry = () => start.Entry(File.ReadAllText("/proc/cmdline")),
            HeedsInhibitors = !parsed.GetValue(s_ignoreInhibitors),
            Leaving = () => TryWake(desktop, Say),
        };
        if (dryRun)
        {
            await ExplainAsync(departure, desktop, isJson, io.Output, Say);
            return ExitCode.Done;
        }

        try
        {
            if (await departure.LeaveAsync(Occasion, token) is { } held)
            {
                throw new RefusedException($"{held.Text}; nothing was changed");
            }

            if (isJson)
            {
                await io.Output.WriteLineAsync(JsonLine.Of(("isLeaving", true)));
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            throw new FailedException("stopped: this laptop stays, and nothing was changed");
        }
    }

    private static async Task ExplainAsync(Departure departure, SleepingDesktop? desktop, bool isJson, TextWriter output, Action<string> say)
    {
        departure.Check();
        var steps = departure.Describe(Occasion).ToList();
        if (desktop is not null)
        {
            steps.Add($"would ask {desktop} to switch itself on");
        }

        if (isJson)
        {
            await output.WriteLineAsync(JsonLine.Of(("isLeaving", false), ("steps", steps)));
            return;
        }

        steps.ForEach(say);
    }

    // The laptop leaves in any case: the person can press the desktop's own key.
    private static void TryWake(SleepingDesktop? desktop, Action<string> say)
    {
        try
        {
            desktop?.Wake();
            if (desktop is not null)
            {
                say($"asked {desktop} to switch itself on");
            }
        }
        catch (SocketException error)
        {
            say($"warning: {desktop} is not switched on: {error.Message}; press its power key");
        }
    }

    private static StiefelConfiguration WithGrace(StiefelConfiguration configuration, int? grace) => grace switch
    {
        null => configuration,
        >= 0 and <= AutokexecConfiguration.MostGraceSeconds => configuration with { Autokexec = configuration.Autokexec with { GraceSeconds = grace.Value } },
        _ => throw new UsageException($"--grace {grace}: expected 0 to {AutokexecConfiguration.MostGraceSeconds}"),
    };
}
