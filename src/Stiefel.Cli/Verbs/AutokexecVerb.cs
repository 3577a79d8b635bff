using System.CommandLine;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.People;
using Stiefel.Cli.Wake;
using Stiefel.CommandLine;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Network;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel autokexec`: waits for an authentic call, then leaves this system and serves its disk.</summary>
internal static class AutokexecVerb
{
    /// <summary>The command's name.</summary>
    public const string Name = "autokexec";

    /// <summary>
    /// Drops all capabilities but three, because autokexec listens to the network for weeks; docs/security.md#privileges says what the three are for.
    /// Must run before anything else in the process.
    /// </summary>
    /// <exception cref="LinuxException">The kernel does not let the process drop them.</exception>
    public static void GiveUpPrivileges() => LeastPrivilege.Keep(Capability.SysBoot, Capability.DacOverride, Capability.Immutable);

    public static Command Build()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what a call would do, and do nothing" };
        var once = new Option<bool>("--once") { Description = "With --dry-run: end after the first call" };
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "Configuration", DefaultValueFactory = _ => "/etc/stiefel/config.yaml" };
        var directory = KeyVerb.DirectoryOption();
        var command = new Command(Name, "Wait for a desktop's call, then leave this system and serve its disk") { dryRun, once, config, directory };
        command.SetAction((parsed, token) => RunAsync(
            ConfigurationFile.LoadTrusted(parsed.GetRequiredValue(config)), new KeyDirectory(parsed.GetRequiredValue(directory)),
            parsed.GetValue(dryRun), parsed.GetValue(once), parsed.InvocationConfiguration.Output, token));
        return command.WithTimeToEnd(Departure.TimeToStay).WithExamples("stiefel autokexec --dry-run", "stiefel autokexec --config ./config.yaml");
    }

    // The laptop's own system is running, so its returns from the ramdisk succeed: start counting failed ones from zero again.
    private static void ForgetReturns(Action<string> say)
    {
        try
        {
            if (new ReturnMarks(new EfiVariables()).Clear() is > 0 and var count)
            {
                say($"the laptop is back in its own system; removed the marks of {count} returns from its firmware");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            say($"warning: cannot remove the marks of returns from the firmware; after {ReturnMarks.Most} of them the ramdisk no longer returns by itself: {error.Message}");
        }
    }

    // A leave that was cut short may have selected the ramdisk for the next start already.
    private static void TakeOrderBack(Action<string> say)
    {
        try
        {
            OneTimeEntries.OfThisMachine().TryFind(out _)?.TakeBack();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            say($"warning: the next start may be the ramdisk's: {error.Message}");
        }
    }

    private static async Task RunAsync(StiefelConfiguration configuration, KeyDirectory directory, bool dryRun, bool once, TextWriter output, CancellationToken token)
    {
        void Say(string line) => output.WriteLine($"stiefel: {line}");
        if (configuration.Autokexec is { Broadcast: false, MacDetection: false })
        {
            throw new UsageException($"{configuration.File}: autokexec.broadcast and mac_detection are both false, so nothing could make the laptop leave; set one of them to true");
        }

        // On a desktop, too: the boot entry is on the disk that this system runs from. A system that stops has lent them for its next start.
        var wereLent = !dryRun && !await SystemState.IsStoppingAsync() && new LentKeys(directory, Say).TakeBack();
        if (!dryRun && RemoteRoot.Find() is { } remote)
        {
            throw new RefusedException($"/ is on {remote}: this system runs on another machine's disk, so this is not the laptop that a call is for");
        }

        if (!dryRun)
        {
            ForgetReturns(Say);
        }

        if (wereLent)
        {
            TakeOrderBack(Say);
        }

        configuration.Notes.ToList().ForEach(note => Say($"note: {note}"));
        var start = OwnStart.OfThisMachine();
        if (!dryRun)
        {
            start.Recall();
            using var ending = token.Register(start.Remember);
            await ListenAsync(configuration, directory, start, dryRun, once, Say, token);
            return;
        }

        await ListenAsync(configuration, directory, start, dryRun, once, Say, token);
    }

    private static async Task ListenAsync(StiefelConfiguration configuration, KeyDirectory directory, OwnStart start, bool dryRun, bool once, Action<string> say, CancellationToken token)
    {
        var laptop = OwnLaptop.Read();
        var state = new LeavingState();
        var departure = new Departure(configuration, directory, say) { Laptop = laptop, State = state, PeopleAt = NoticeLines.Path, KexecObstacle = RunningKernel.ObstacleHere, BootedEntry = () => start.Entry(File.ReadAllText("/proc/cmdline")) };
        departure.CheckPlaces();
        using var listener = configuration.Autokexec.Broadcast ? Listen(configuration, directory, laptop, state, dryRun, say) : null;
        var occasions = new LeavingOccasion(listener, LeavingOccasion.CardsOf(configuration.Autokexec));
        if (configuration.Autokexec.MacDetection)
        {
            say($"waiting for a network card: {string.Join(", ", configuration.Autokexec.Macs)}");
        }

        var seldom = new SeldomReport(say);
        do
        {
            var occasion = await occasions.WaitAsync(dryRun ? say : seldom.Say, token);
            if (dryRun)
            {
                departure.Describe(occasion).ToList().ForEach(say);
            }
            else if (await occasions.AnswerDuringAsync(departure.LeaveAsync(occasion, token)) is { } held)
            {
                seldom.Say($"the laptop stays in its own system and keeps listening: {held.Text}");
            }
            else
            {
                return;
            }
        }
        while (!once);
    }

    /// <summary>Records which desktop called, for `stiefel wake`.</summary>
    private static void Remember(string name, ReceivedDatagram call, Action<string> say)
    {
        try
        {
            if (MacAddress.TryFromLinkLocalAddress(call.Remote.Address, out var card) && RouteNetlink.ListLinks().FirstOrDefault(link => link.Index == call.Interface) is { } by)
            {
                new KnownDesktops(KnownDesktops.DefaultFile).Remember(new KnownDesktop(name, card, by.Name));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LinuxException)
        {
            say($"warning: `stiefel wake` will not know this desktop: {error.Message}");
        }
    }

    private static CallListener Listen(StiefelConfiguration configuration, KeyDirectory directory, LaptopIdentity laptop, LeavingState state, bool dryRun, Action<string> say)
    {
        var keys = new AcceptedKeys(directory.Path, say);
        var policy = new InterfacePolicy(configuration.Autokexec);
        var listener = new CallListener(new CallResponder(() => keys.Current, policy.Refusal, laptop, TimeProvider.System, state), say) { Called = dryRun ? null : (key, call) => Remember(key.Name, call, say) };
        say($"listening for calls with {keys.Current.Count} keys, as {laptop.Name} ({laptop.Id})");
        if (keys.Current.Count == 0)
        {
            say($"warning: there is no key in {directory.Path}, so calls are not answered; make one with `stiefel key new NAME --directory {directory.Path}`, it counts at once");
        }

        return listener;
    }
}
