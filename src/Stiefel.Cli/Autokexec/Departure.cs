using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.People;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Initramfs;
using Stiefel.Linux.Kernel;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Power;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Leaves the laptop's own system for the server ramdisk: warns, waits, loads the ramdisk, and lets systemd stop everything cleanly before it changes the
/// kernel. <see cref="WayOut"/> has the other ways, by a boot entry of the ramdisk that is started once.
/// </summary>
/// <param name="configuration">Names the disk to serve and the ramdisk's files.</param>
/// <param name="keys">The directory of keys; the server gets those that it can use.</param>
/// <param name="report">Receives lines for people.</param>
internal sealed class Departure(StiefelConfiguration configuration, KeyDirectory keys, Action<string> report)
{
    /// <summary>
    /// Longest time that a cancelled leave takes to unload the kernel. The kernel cannot be interrupted while it loads another, which takes seconds; a
    /// process that ended meanwhile would leave it loaded.
    /// </summary>
    public static readonly TimeSpan TimeToStay = TimeSpan.FromSeconds(60);

    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Loads a kernel; tests replace it.</summary>
    public Func<SafeFileHandle, SafeFileHandle, string, ILoadedKernel> LoadKernel { get; init; } = KexecImage.Load;

    /// <summary>Runs another program; tests replace it.</summary>
    public Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> RunAsync { get; init; } =
        (program, arguments, options, token) => ExternalProgram.RunAsync(program, arguments, options, token);

    /// <summary>Finds the ramdisk's boot entry that can be started once.</summary>
    public EntryFinder FindEntry { get; init; } = OneTimeEntries.OfThisMachine().TryFind;

    /// <summary>Lends the keys to that entry's ramdisk.</summary>
    public LentKeys Lent { get; init; } = new(keys, report);

    /// <summary>Says why this kernel starts no other; null if nothing is known against it.</summary>
    public Func<string?> KexecObstacle { get; init; } = () => null;

    /// <summary>Reads the laptop's power supply.</summary>
    public Func<PowerReading> ReadPower { get; init; } = () => new PowerJudge(0, 0).Judge(PowerSupplies.Read(), TimeSpan.Zero);

    /// <summary>True if a program that inhibits shutdown keeps the laptop from leaving.</summary>
    public bool HeedsInhibitors { get; init; } = true;

    /// <summary>Runs when nothing keeps the laptop any more, right before systemd begins to stop everything.</summary>
    public Action Leaving { get; init; } = () => { };

    /// <summary>Where people at the laptop are asked, usually <see cref="NoticeLines.Path"/>; null to ask nobody.</summary>
    public string? PeopleAt { get; init; }

    /// <summary>What desktops that call are told meanwhile.</summary>
    public LeavingState State { get; init; } = new();

    private WayOut Way => new(configuration, report)
    {
        Load = Load, FindEntry = FindEntry, Lent = Lent, KexecObstacle = KexecObstacle, Leaving = Leaving, RunAsync = RunAsync,
    };

    private TimeSpan Grace => TimeSpan.FromSeconds(configuration.Autokexec.GraceSeconds);

    private string Named => configuration.File ?? "the configuration";

    /// <summary>The kernel arguments of the ramdisk. They hold no secret.</summary>
    /// <exception cref="UsageException">The configuration does not name the disk.</exception>
    public string CommandLine()
    {
        var disk = configuration.Boot.Disk
            ?? throw new UsageException($"{Named}: boot.disk is missing: name the disk to serve, for example /dev/disk/by-id/…");
        return string.Join(' ',
        [
            new KernelOption("stiefel_role", "server"),
            new KernelOption("stiefel_bootdisk", disk),
            .. configuration.Boot.Partition?.Block is { } block ? [new KernelOption("stiefel_bootpart", block)] : Array.Empty<KernelOption>(),
            .. configuration.Boot.Partition?.LuksBlock is { } luks ? [new KernelOption("stiefel_bootpart_luks", luks)] : Array.Empty<KernelOption>(),
            .. configuration.Boot.Load is { } load ? LoadOptions(load) : BootedOptions(),
            .. Laptop is { } laptop ? OwnLaptop.Options(laptop) : [],
            .. configuration.Link.Protection == LinkProtection.None ? [new KernelOption("stiefel.Link.Protection", LinkProtection.None.Word())] : Array.Empty<KernelOption>(),
            .. configuration.Link.Mtu is { } mtu ? [new KernelOption("stiefel.Link.Mtu", mtu.ToString(CultureInfo.InvariantCulture))] : Array.Empty<KernelOption>(),
            .. configuration.Link.Internet is var internet and not LinkInternetWords.Usual ? [new KernelOption("stiefel.Link.Internet", internet.Word())] : Array.Empty<KernelOption>(),
            .. configuration.Network.Dhcp is var dhcp and not DhcpChoice.Auto ? [new KernelOption("stiefel.NetBoot.Dhcp", dhcp.ToString().ToLowerInvariant())] : Array.Empty<KernelOption>(),
            .. configuration.Network.DhcpClient is var client and not DhcpClientChoice.On ? [new KernelOption("stiefel.Network.DhcpClient", client.ToString().ToLowerInvariant())] : Array.Empty<KernelOption>(),
            .. configuration.Network.Addresses is { Count: > 0 } addresses ? [new KernelOption("stiefel.Network.Addresses", string.Join(',', addresses))] : Array.Empty<KernelOption>(),
            .. configuration.ServerSetup.CommandLine,
        ]);
    }

    /// <summary>Returns the boot entry that started this system; null if unknown.</summary>
    public Func<string?> BootedEntry { get; init; } = () => null;

    /// <summary>The id and name that callers were told, to be repeated by the ramdisk; null if there was no call.</summary>
    public LaptopIdentity? Laptop { get; init; }

    private static KernelOption[] LoadOptions(BootLoad load) =>
    [
        new("stiefel.Boot.Load.Kernel", load.Kernel), new("stiefel.Boot.Load.Initrd", load.Initrd), new("stiefel.Boot.Load.CommandLine", load.CommandLine),
    ];

    // Makes the desktop boot the entry that was chosen on the laptop rather than the loader's default.
    private KernelOption[] BootedOptions() => BootedEntry() is { } entry ? [new KernelOption("stiefel.Boot.BootedEntry", entry)] : [];

    /// <summary>Checks that the ramdisk and the disk to serve are there.</summary>
    /// <exception cref="FailedException">The ramdisk or the disk is not there.</exception>
    /// <exception cref="UntrustedFileException">Other users could have changed the ramdisk.</exception>
    /// <exception cref="UsageException">The configuration does not name the disk, or requires a boot entry that is not installed.</exception>
    public void CheckPlaces()
    {
        if (Way.IsByFirmware && Way.FindsEntryOrWarns(report))
        {
            // The boot entry brings its own ramdisk and arguments.
            return;
        }

        _ = CommandLine();
        foreach (var file in new[] { configuration.ServerSetup.Kernel, configuration.ServerSetup.Initrd })
        {
            if (!File.Exists(file))
            {
                throw new FailedException($"{file} is not there: make the ramdisk with `stiefel create-initrd --out {Path.GetDirectoryName(file)}`, or set server-setup in {Named}");
            }

            // Only root may have written the file, because the laptop will run it and hand it all its keys.
            TrustedFile.OpenRead(file).Dispose();
        }

        // Check paths only: other names, such as UUID=…, are resolved by the ramdisk.
        if (configuration.Boot.Disk is ['/', ..] disk && !File.Exists(disk))
        {
            throw new FailedException($"{disk} is not there: set boot.disk in {Named} to the disk to serve (a whole disk, not a partition; `lsblk` lists them)");
        }
    }

    /// <summary>Checks everything that leaving takes, so that it fails before the warning rather than after it.</summary>
    /// <exception cref="FailedException">The ramdisk, the disk, a usable key or a way out is missing.</exception>
    public void Check()
    {
        CheckPlaces();
        Way.Check();
        if (!Way.IsByFirmware)
        {
            _ = CarriedKeys.RequiredIn(keys, report);
        }
    }

    /// <summary>Lines that say what <see cref="LeaveAsync"/> would do.</summary>
    public IEnumerable<string> Describe(string occasion) =>
    [
        $"would warn everybody: {Warning(occasion)}",
        $"would wait {configuration.Autokexec.GraceSeconds} s",
        .. Way.IsByFirmware
            ? Way.Describe()
            : [$"would load {configuration.ServerSetup.Kernel} and {configuration.ServerSetup.Initrd} with {CarriedKeys.FilesIn(keys, _ => { }).Count} keys and the arguments: {CommandLine()}", "would run: systemctl kexec"],
    ];

    /// <summary>Leaves this system. Returns once systemd has begun; systemd then ends this process, too.</summary>
    /// <param name="occasion">The reason, for the warning to all users.</param>
    /// <param name="token">Cancels leaving. Nothing is changed until systemd has begun.</param>
    /// <returns>What keeps the laptop from leaving; null if it leaves.</returns>
    public async Task<Obstacle?> LeaveAsync(string occasion, CancellationToken token)
    {
        State.CountDown(Grace);
        try
        {
            Check();
            var obstacle = await FindObstacleAsync(token) ?? await WarnAndLeaveAsync(occasion, token);
            if (obstacle is not null)
            {
                State.Hold(obstacle);
            }

            return obstacle;
        }
        catch
        {
            State.Clear();
            throw;
        }
    }

    private async Task<Obstacle?> WarnAndLeaveAsync(string occasion, CancellationToken token)
    {
        await using var people = AskPeople(occasion);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, people?.Refused ?? CancellationToken.None);
        Obstacle? obstacle;
        try
        {
            await WarnAsync(Warning(occasion, people is not null), either.Token);
            State.CountDown(Grace);
            await Task.Delay(Grace, either.Token);

            // Look again: meanwhile somebody may have unplugged the power or started something that must not be interrupted.
            obstacle = await FindObstacleAsync(either.Token);
            if (obstacle is null)
            {
                State.Leave();
                await Way.TakeAsync(() => Decide(people), token);
                return null;
            }
        }
        catch (OperationCanceledException) when (people?.RefusedBy is not null && !token.IsCancellationRequested)
        {
            obstacle = new Obstacle(LaptopStage.NotNow, $"{people.RefusedBy} said \"not now\" at this laptop", "");
        }
        catch (FailedException error)
        {
            people?.Say(error.Message);
            await TellAsync($"the laptop stays: {error.Message}", token);
            throw;
        }

        people?.Say(obstacle.Text);
        await TellAsync($"the laptop stays: {obstacle.Text}", token);
        return obstacle;
    }

    // The people on terminals are warned anyway, so a laptop leaves without this as well.
    private PeopleNotice? AskPeople(string occasion)
    {
        try
        {
            return PeopleAt is null ? null : PeopleNotice.Begin(PeopleAt, occasion, Grace, new LocalPeople(RunAsync).NameAsync);
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException or LinuxException)
        {
            report($"warning: nobody is asked in a session of their own: {error.Message}");
            return null;
        }
    }

    // From here on a "not now" is too late.
    private static void Decide(PeopleNotice? people)
    {
        if (people?.TryDecide() == false)
        {
            throw new OperationCanceledException(people.Refused);
        }

        people?.Say(staysBecause: null);
    }

    private async Task<Obstacle?> FindObstacleAsync(CancellationToken token)
    {
        var reading = ReadPower();
        if (configuration.Autokexec.Power.Refusal(reading) is { } refusal)
        {
            return new Obstacle(LaptopStage.WaitsForPower, refusal, $"on its battery{(reading.Percent is { } percent ? $", at {percent} %" : "")}");
        }

        return HeedsInhibitors && await Inhibitors.ListAsync(RunAsync, token) is [var first, ..]
            ? new Obstacle(LaptopStage.HeldByProgram, $"{first}; `stiefel serve-now --ignore-inhibitors` leaves anyway", $"{first.Who}: {first.Why}")
            : null;
    }

    private string Warning(string occasion, bool isAsked = true) =>
        $"{occasion}: everything will be closed in {configuration.Autokexec.GraceSeconds} s (to prevent that: {(isAsked ? "stiefel not-now, or " : "")}{StopCommand.OfThisProcess()})";

    private async Task WarnAsync(string text, CancellationToken token)
    {
        report(text);
        await TryRunAsync("wall", [$"\a{text}"], token);
        await TryRunAsync("beep", ["-f", "880", "-r", "3"], token);
    }

    private async Task TellAsync(string text, CancellationToken token)
    {
        report(text);
        await TryRunAsync("wall", [text], token);
    }

    // Ignore failures: nobody may be logged in, and there may be no speaker.
    private async Task TryRunAsync(string program, string[] arguments, CancellationToken token)
    {
        try
        {
            if (ExternalProgram.Find(program) is not null)
            {
                await RunAsync(program, arguments, s_patience, token);
            }
        }
        catch (ExternalProgramException error)
        {
            report(error.Message);
        }
    }

    // Add the keys to the image in memory only, so that no file on the disk holds both.
    private ILoadedKernel Load()
    {
        using var kernel = MemoryFile.Create("kernel");
        using var initrd = MemoryFile.Create("initrd");
        Copy(configuration.ServerSetup.Kernel, kernel.Writer);
        Copy(configuration.ServerSetup.Initrd, initrd.Writer);
        initrd.Writer.Write(CpioPadding.After(initrd.Length).Span);
        if (configuration.Network.Dhcp != DhcpChoice.Off && File.Exists(configuration.ServerSetup.NetBoot))
        {
            Copy(configuration.ServerSetup.NetBoot, initrd.Writer);
            initrd.Writer.Write(CpioPadding.After(initrd.Length).Span);
        }

        KeyArchive.Write(initrd.Writer, CarriedKeys.FilesIn(keys, _ => { }));
        return LoadKernel(kernel.Seal(), initrd.Seal(), CommandLine());
    }

    private static void Copy(string file, Stream target)
    {
        using var source = TrustedFile.OpenRead(file);
        source.CopyTo(target);
    }
}
