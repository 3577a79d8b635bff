using Microsoft.Win32.SafeHandles;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
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
/// Leaving the laptop's own system for the server ramdisk: warn, wait, load, and let systemd stop everything cleanly before the kernel changes; or, instead of
/// loading, order the ramdisk's boot entry for the next start.
/// </summary>
/// <param name="configuration">What is served, and where the ramdisk lies.</param>
/// <param name="keys">All that the server can use go along.</param>
/// <param name="report">One line for people.</param>
internal sealed class Departure(StiefelConfiguration configuration, KeyDirectory keys, Action<string> report)
{
    private static readonly ExternalProgramOptions s_patience = new() { Timeout = TimeSpan.FromSeconds(30) };

    // Shorter than what is left to a process that was told to end. While systemd stops everything, it says so with a failure's exit code.
    private static readonly ExternalProgramOptions s_askWhetherLeaving = new() { Timeout = TimeSpan.FromSeconds(1), AcceptedExitCodes = [1] };

    /// <summary>How the kernel is loaded; tests load none.</summary>
    public Func<SafeFileHandle, SafeFileHandle, string, ILoadedKernel> LoadKernel { get; init; } = KexecImage.Load;

    /// <summary>How other programs are run; tests run none.</summary>
    public Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> RunAsync { get; init; } =
        (program, arguments, options, token) => ExternalProgram.RunAsync(program, arguments, options, token);

    /// <summary>The installed boot entry for <see cref="LeavingWay.Firmware"/>; throws if there is none.</summary>
    public Func<string, IOneTimeEntry> FindEntry { get; init; } = OneTimeEntries.OfThisMachine().Find;

    /// <summary>What the laptop lives on now.</summary>
    public Func<PowerReading> ReadPower { get; init; } = () => new PowerJudge(0, 0).Judge(PowerSupplies.Read(), TimeSpan.Zero);

    /// <summary>A program that wants no shutdown now keeps the laptop here.</summary>
    public bool HeedsInhibitors { get; init; } = true;

    private bool ByFirmware => configuration.Autokexec.Leave == LeavingWay.Firmware;

    private string Named => configuration.File ?? "the configuration";

    /// <summary>What the ramdisk's kernel is told; no secret.</summary>
    /// <exception cref="UsageException">The configuration does not name the disk.</exception>
    public string CommandLine()
    {
        var disk = configuration.Boot.Disk
            ?? throw new UsageException($"{Named}: boot.disk: which disk is to be served? name it, for example /dev/disk/by-id/…");
        return string.Join(' ',
        [
            new KernelOption("stiefel_role", "server"),
            new KernelOption("stiefel_bootdisk", disk),
            .. configuration.Boot.Partition?.Block is { } block ? [new KernelOption("stiefel_bootpart", block)] : Array.Empty<KernelOption>(),
            .. configuration.Boot.Partition?.LuksBlock is { } luks ? [new KernelOption("stiefel_bootpart_luks", luks)] : Array.Empty<KernelOption>(),
            .. configuration.Boot.Load is { } load ? LoadOptions(load) : BootedOptions(),
            .. Laptop is { } laptop ? OwnLaptop.Options(laptop) : [],
            .. configuration.Link.Protection == LinkProtection.None ? [new KernelOption("stiefel.Link.Protection", LinkProtection.None.Word())] : Array.Empty<KernelOption>(),
            .. configuration.Network.Dhcp is var dhcp and not DhcpChoice.Auto ? [new KernelOption("stiefel.NetBoot.Dhcp", dhcp.ToString().ToLowerInvariant())] : Array.Empty<KernelOption>(),
            .. configuration.ServerSetup.CommandLine,
        ]);
    }

    /// <summary>The entry that this system was started by; null if it cannot be told.</summary>
    public Func<string?> BootedEntry { get; init; } = () => null;

    /// <summary>Which laptop this is; null if nobody was told.</summary>
    public LaptopIdentity? Laptop { get; init; }

    private static KernelOption[] LoadOptions(BootLoad load) =>
    [
        new("stiefel.Boot.Load.Kernel", load.Kernel), new("stiefel.Boot.Load.Initrd", load.Initrd), new("stiefel.Boot.Load.CommandLine", load.CommandLine),
    ];

    // So that the desktop boots what the person here chose, not what the loader would take without one.
    private KernelOption[] BootedOptions() => BootedEntry() is { } entry ? [new KernelOption("stiefel.Boot.BootedEntry", entry)] : [];

    /// <summary>Whether there is a ramdisk to leave for, and a disk to serve from it.</summary>
    /// <exception cref="FailedException">The ramdisk or the disk is not there.</exception>
    /// <exception cref="UntrustedFileException">Others could have written the ramdisk.</exception>
    /// <exception cref="UsageException">The configuration does not name the disk, or wants a boot entry that is not there.</exception>
    public void CheckPlaces()
    {
        if (ByFirmware)
        {
            // Ramdisk, keys and arguments are the entry's.
            _ = FindEntry(Named);
            return;
        }

        _ = CommandLine();
        foreach (var file in new[] { configuration.ServerSetup.Kernel, configuration.ServerSetup.Initrd })
        {
            if (!File.Exists(file))
            {
                throw new FailedException($"{file} is not there: make the ramdisk with `stiefel create-initrd --out {Path.GetDirectoryName(file)}`, or set server-setup in {Named}");
            }

            // The laptop leaves for whatever lies there, with all its keys.
            TrustedFile.OpenRead(file).Dispose();
        }

        // What other names mean, such as UUID=…, only the ramdisk can say.
        if (configuration.Boot.Disk is ['/', ..] disk && !File.Exists(disk))
        {
            throw new FailedException($"{disk} is not there: name the disk to serve, all of it, as `lsblk` shows it, as boot.disk in {Named}");
        }
    }

    /// <summary>Fails now rather than after the warning.</summary>
    /// <exception cref="FailedException">The ramdisk or the disk is not there, or no key that could be used.</exception>
    public void Check()
    {
        CheckPlaces();
        if (!ByFirmware && CarriedKeys.FilesIn(keys, report).Count == 0)
        {
            throw new FailedException($"{keys.Path} holds no key that the server could use: nobody would get an answer there; make one with `stiefel key new NAME`");
        }
    }

    /// <summary>What <see cref="LeaveAsync"/> would do.</summary>
    public IEnumerable<string> Describe(string occasion) =>
    [
        $"would warn everybody: {Warning(occasion)}",
        $"would wait {configuration.Autokexec.GraceSeconds} s",
        .. ByFirmware
            ? (string[])[$"would order for the next start: {FindEntry(Named).Description}", "would run: systemctl reboot"]
            : [$"would load {configuration.ServerSetup.Kernel} and {configuration.ServerSetup.Initrd} with {CarriedKeys.FilesIn(keys, _ => { }).Count} keys and the arguments: {CommandLine()}", "would run: systemctl kexec"],
    ];

    /// <summary>Leaves. Returns once systemd has been told; the end of this process is part of what it does then.</summary>
    /// <param name="occasion">Why, for everybody.</param>
    /// <param name="token">Ends it; until systemd has been told nothing is changed.</param>
    /// <returns>What keeps the laptop here, one line; null if it leaves.</returns>
    public async Task<string?> LeaveAsync(string occasion, CancellationToken token)
    {
        Check();
        if (await FindObstacleAsync(token) is { } obstacle)
        {
            return obstacle;
        }

        await WarnAsync(Warning(occasion), token);
        await Task.Delay(TimeSpan.FromSeconds(configuration.Autokexec.GraceSeconds), token);

        // Somebody may have pulled the plug meanwhile, or begun what must not be interrupted.
        if (await FindObstacleAsync(token) is { } newer)
        {
            await TellAsync($"the laptop stays: {newer}", token);
            return newer;
        }

        await (ByFirmware ? RestartAsync(token) : KexecAsync(token));
        return null;
    }

    private async Task<string?> FindObstacleAsync(CancellationToken token) =>
        configuration.Autokexec.Power.Refusal(ReadPower())
        ?? (HeedsInhibitors && await Inhibitors.ListAsync(RunAsync, token) is [var first, ..] ? $"{first}; `stiefel serve-now --ignore-inhibitors` leaves all the same" : null);

    private async Task KexecAsync(CancellationToken token)
    {
        var loaded = Load();
        var isTold = false;
        try
        {
            report("leaving for the server ramdisk");
            token.ThrowIfCancellationRequested(); // loading takes a while
            isTold = true;
            await RunAsync("systemctl", ["kexec"], s_patience, token);
        }
        catch
        {
            // Whatever is told to reboot later would go there, and until then all keys would lie in the kernel's memory.
            if (!isTold || !await IsLeavingAsync())
            {
                report(loaded.Withdraw());
            }

            throw;
        }
    }

    private async Task RestartAsync(CancellationToken token)
    {
        var entry = FindEntry(Named);
        entry.Order();
        try
        {
            report($"leaving for the server ramdisk by a restart: {entry.Description}");
            await RunAsync("systemctl", ["reboot"], s_patience, token);
        }
        catch
        {
            // A restart for another reason must not lead there.
            if (!await IsLeavingAsync())
            {
                entry.TakeBack();
            }

            throw;
        }
    }

    // systemd may have been told although it did not answer in time: stopping this very process is among the first things it does then.
    private async Task<bool> IsLeavingAsync()
    {
        try
        {
            var state = await RunAsync("systemctl", ["is-system-running"], s_askWhetherLeaving, CancellationToken.None);
            return state.Text.Trim() == "stopping";
        }
        catch (ExternalProgramException)
        {
            return false;
        }
    }

    private string Warning(string occasion) =>
        $"{occasion}: everything is closed in {configuration.Autokexec.GraceSeconds} s ({StopCommand.OfThisProcess()} keeps it from that)";

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

    // It only helps: nobody may be logged in, and there may be no speaker.
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

    // The keys travel in memory only: no file on the disk holds image and keys together.
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
