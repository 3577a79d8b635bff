using System.CommandLine;
using System.Net.Sockets;
using Stiefel.Client.Boot;
using Stiefel.Client.Failures;
using Stiefel.Client.Memory;
using Stiefel.Client.Screen;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Kernel;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Client.Verbs;

/// <summary>`stiefel-client boot`, which runs on the desktop's ramdisk. It never gives up unless told to.</summary>
internal static class BootVerb
{
    /// <summary>The argument of the stick's kernel that makes this desktop a guest.</summary>
    private const string GuestArgument = "stiefel_guest";

    /// <summary>The argument of the stick's kernel without which DHCP servers are asked.</summary>
    private const string NoDhcpArgument = "stiefel_nodhcp";

    /// <summary>The option of the ramdisk, where no other program cares for addresses.</summary>
    public const string DhcpOption = "--dhcp";

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    public const string Name = "boot";

    public static Command Build()
    {
        var common = new CommonOptions();
        var attach = new Option<string?>("--attach")
        {
            HelpName = "FILE",
            Description = $"The static program that attaches the disk in the laptop's initrd {AttachProgram.DefaultText}",
        };
        var takeOver = new Option<bool>("--take-over") { Description = "Take the disk even from another desktop that uses it now" };
        var guest = new Option<bool>("--guest") { Description = $"Write to a snapshot of the disk, which is discarded at the end [default: if the kernel argument {GuestArgument} is there]" };
        var noLoad = new Option<bool>("--no-load") { Description = "Rehearse: search and fetch, but stop before asking for the disk. Calls no laptop that runs its own system, sets no interface up" };
        var untilLoading = new Option<bool>("--until-loading") { Description = "For tests: take the disk, but load no kernel", Hidden = true };
        var noExec = new Option<bool>("--no-exec") { Description = "Load the kernel, but do not start it" };
        var now = new Option<bool>("--now") { Description = "Replace the system of this computer at once, instead of having systemd shut it down first" };
        var dhcp = new Option<bool>(DhcpOption) { Description = $"Borrow IPv4 addresses from DHCP servers, as the ramdisk does; not with the kernel argument {NoDhcpArgument}" };
        var once = new Option<bool>("--once") { Description = "Give up at the first failure instead of trying for ever" };
        var command = new Command(Name, "Boot this machine from the laptop's disk. A system that systemd runs here is shut down for that; any other is replaced at once, and nothing of it is saved (needs root)")
        {
            attach, takeOver, guest, noLoad, untilLoading, noExec, now, dhcp, once,
        };
        common.AddTo(command);
        command.SetAction((parsed, token) =>
        {
            var server = common.Read(parsed);
            var options = new BootSequenceOptions
            {
                KeyFile = server.KeyFile,
                Server = server.Server,
                Interface = server.Interface,
                Laptop = server.Laptop,
                AttachFile = parsed.GetValue(attach) ?? AttachProgram.Find(),
                TakeOver = parsed.GetValue(takeOver),
                Guest = parsed.GetValue(guest) || KernelCommandLine.ReadCurrent().Has(GuestArgument),
                NoLoad = parsed.GetValue(noLoad),
                UntilLoading = parsed.GetValue(untilLoading),
                NoExec = parsed.GetValue(noExec),
                Now = parsed.GetValue(now),
                AsksDhcp = parsed.GetValue(dhcp) && !KernelCommandLine.ReadCurrent().Has(NoDhcpArgument),
                Once = parsed.GetValue(once),
            };
            return RunAsync(options, ScreenOf(parsed), token);
        });
        return command.WithExamples(
            "stiefel-client boot                                   on the stick's ramdisk",
            "stiefel-client boot --key stick.key --no-load --once  rehearse on any Linux",
            "stiefel-client boot --key stick.key                   leave any Linux for the laptop's system",
            "stiefel-client boot --guest                           whatever is written is discarded at the end",
            "stiefel-client boot --laptop wren                      of several laptops that know the key",
            "stiefel-client boot --server [fe80::1%eth0]:4644      without searching");
    }

    /// <summary>The screen that a verb writes to: standard output, or standard error if the answer is for programs.</summary>
    public static BootScreen ScreenOf(ParseResult parsed, Option<bool>? json = null)
    {
        if (json is not null && parsed.GetValue(json))
        {
            return new BootScreen(parsed.InvocationConfiguration.Error, canRedraw: false, TimeProvider.System);
        }

        var output = parsed.InvocationConfiguration.Output;
        return new BootScreen(output, canRedraw: output == StandardStreams.Output && ConsoleKind.CanRedraw(), TimeProvider.System, ConsoleKind.Columns);
    }

    private static async Task<int> RunAsync(BootSequenceOptions options, BootScreen screen, CancellationToken token)
    {
        Check(options);
        using var raising = CancellationTokenSource.CreateLinkedTokenSource(token);
        var raiser = options.NoLoad ? Task.CompletedTask : RaiseLinksAsync(line => screen.Say($"  {line}"), options.AsksDhcp, raising.Token);
        try
        {
            // Load the key once, not for every attempt.
            var person = ConsolePerson.IfThere(screen);
            using var key = options.Once
                ? KeyFile.Load(options.KeyFile, person: person)
                : await KeyFile.LoadPatientlyAsync(options.KeyFile, person, KeyFile.Pause, token);
            using var passphrase = new LaptopPassphrase();
            await RunUntilDoneAsync(new BootSequence(options, key, screen, person, passphrase, LastLaptop.OfThisStart(key)), options.Once, screen, token);
            return ExitCode.Done;
        }
        finally
        {
            await raising.CancelAsync();
            await raiser;
        }
    }

    // A kernel with IPv6 makes the link-local address by itself.
    private static Task RaiseLinksAsync(Action<string> say, bool asksDhcp, CancellationToken token) => Task.WhenAll(
        LinkRaiser.RunAsync(say, token),
        Socket.OSSupportsIPv6 ? Task.CompletedTask : LinkLocalSetup.RunAsync(say, token),
        asksDhcp ? new DhcpSetup(takesRouter: false, _ => true, say).RunAsync(token) : Task.CompletedTask);

    // Check the options before anything starts, because trying again does not help.
    private static void Check(BootSequenceOptions options)
    {
        if (options is { NoLoad: true, TakeOver: true })
        {
            throw new UsageException("--take-over ends another desktop's session, but --no-load only rehearses: leave one of them out");
        }

        if (!options.NoLoad && (RemoteRoot.Find() ?? (Directory.Exists($"/sys/class/net/{TunnelInterface.Desktop}") ? TunnelInterface.Desktop : null)) is { } remote)
        {
            throw new RefusedException($"this system already runs from a laptop's disk ({remote} is there), and a new boot would take that disk away from it: shut it down, and boot this machine from its stick");
        }

        if (!options.NoLoad && !File.Exists(options.AttachFile))
        {
            throw new UsageException($"--attach {options.AttachFile}: no such file; name the program stiefel-attach, which is built beside this one (or rehearse with --no-load)");
        }
    }

    private static async Task RunUntilDoneAsync(BootSequence boot, bool once, BootScreen screen, CancellationToken token)
    {
        for (var pause = s_firstPause; ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, s_longestPause.Ticks)))
        {
            try
            {
                await boot.RunAsync(token);
                return;
            }
            catch (Exception problem) when (!once && problem is not (UsageException or RefusedException or StoppedException) && !token.IsCancellationRequested)
            {
                screen.Say($"failed: {Failure.Describe(problem)}");
                screen.Say($"trying again in {pause.TotalSeconds:0} s");
                await Task.Delay(pause, token);
            }
        }
    }
}
