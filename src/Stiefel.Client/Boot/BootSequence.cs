using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Laptop;
using Stiefel.Client.Memory;
using Stiefel.Client.Menu;
using Stiefel.Client.Payload;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Kernel;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Boot;

/// <summary>One boot, from the search for the laptop until its kernel runs here. A failure at any point leaves nothing behind.</summary>
/// <param name="options">How far the boot goes.</param>
/// <param name="key">The stick's key.</param>
/// <param name="screen">Shows the progress.</param>
/// <param name="person">The person to ask; null if there is no one.</param>
/// <param name="passphrase">The passphrase of the laptop's disk; kept when an attempt fails.</param>
/// <param name="last">The laptop of the boot before; null if nothing remembers it.</param>
internal sealed class BootSequence(
    BootSequenceOptions options, SharedKey key, BootScreen screen, ConsolePerson? person, LaptopPassphrase passphrase, LastLaptop? last = null)
{
    /// <summary>What the person types to take the disk from another desktop.</summary>
    private const string TakeOverWord = "t";

    /// <summary>The argument of the stick's kernel that leaves other cables to the laptop alone.</summary>
    private const string OneCableArgument = "stiefel_onecable";

    private static readonly TimeSpan s_askForDiskAgain = TimeSpan.FromSeconds(3);

    private EntryDecision? _decision;

    // Kept for later attempts, so that the person is asked only once, as for the entry.
    private readonly LaptopSearch _search = new(options, key, screen, person, last);

    /// <summary>Loads a kernel; tests replace it.</summary>
    public Func<SafeFileHandle, SafeFileHandle, string, ILoadedKernel> Load { get; init; } = KexecImage.Load;

    /// <summary>Starts a loaded kernel instead of <see cref="KernelStart"/>; for tests.</summary>
    public Action<ILoadedKernel>? Start { get; init; }

    public async Task RunAsync(CancellationToken token)
    {
        using var attachProgram = options.NoLoad ? null : File.OpenRead(options.AttachFile);

        screen.Phase("searching", $"for a laptop that knows the key `{key.Name}`");
        var server = await _search.RunAsync(token);
        server = KernelCommandLine.ReadCurrent().Has(OneCableArgument) ? server with { Others = [] } : server;
        screen.Phase("found", server.ToString());
        foreach (var other in server.Others)
        {
            screen.Say($"  also by {other.Link.Name}, which carries the disk while {server.Link.Name} does not");
        }

        screen.Phase("handshake", "the laptop opens its boot files");
        using var laptop = await BootClient.ConnectAsync(server, key, token);
        if (!options.NoLoad)
        {
            // Skip this in a rehearsal: it may run on the very desktop that has the disk, whose session must not end.
            await laptop.TellMachineAsync(OwnMachine.Read(), token);
        }

        try
        {
            await BootFromAsync(laptop, server, attachProgram, token);
        }
        catch when (laptop.MayHaveDisk)
        {
            await new DiskReturn(laptop, screen.Say).RunAsync();
            throw;
        }
    }

    /// <summary>Asks for the disk last, after everything that can fail here: even the kernel has been loaded once as a trial by then.</summary>
    private async Task BootFromAsync(BootClient laptop, FoundServer server, FileStream? attachProgram, CancellationToken token)
    {
        await UnlockAsync(laptop, token);
        await ChooseAsync(laptop, token);
        var manifest = laptop.Manifest;

        screen.Phase("kernel", ManifestText.Describe(manifest));
        using var kernel = MemoryFile.Create("kernel");
        await OnceDiskIsFreeAsync(laptop, () => FetchKernelAsync(laptop, kernel, token), token);

        screen.Phase("initrd", MemoryNeed.Describe(manifest.Initrd.Size));
        using var initrd = MemoryFile.Create("initrd");
        await laptop.FetchInitrdAsync(initrd.Writer, screen.Follow("initrd", manifest.Initrd.Size), token);
        InitrdAppendix.Align(initrd.Writer);

        screen.Phase("modules", "drivers of the laptop's kernel for this machine's network");
        await AppendDriversAsync(laptop, initrd.Writer, token);

        var commandLine = PayloadCommandLine.Assemble(
            manifest.CommandLine, $"{AddedArguments.Read(KernelCommandLine.ReadCurrent(), screen.Say)} {_decision?.Arguments}".Trim());
        screen.Explain(commandLine.Text, commandLine.Notes);
        if (manifest.Link.KnownProtection == LinkProtection.None)
        {
            screen.Say("  WARNING: the laptop's link.protection is none; anyone who reaches the link can read and change the disk while this desktop uses it");
        }

        if (attachProgram is null)
        {
            screen.Say("stopped before the laptop is asked for its disk, as asked by --no-load");
            return;
        }

        InitrdAppendix.WriteProgram(initrd.Writer, attachProgram);
        var loading = new KernelLoading(options, screen, passphrase) { Load = Load, StartLoaded = Start ?? new KernelStart(screen, options.Now).Run };
        loading.Try(kernel, initrd, commandLine);
        await _search.RememberAsync(server, token);
        var grant = await OnceDiskIsFreeAsync(
            laptop, () => laptop.RequestDiskAsync(RequestFor(takeOver: false) with { LargestMtu = LargePackets.OfferOf(server.Link) }, token), token);
        screen.Phase("granted", $"a disk of {DataSize.Megabytes(grant.SizeBytes)}{(grant.ReadOnly ? ", read-only" : options.Guest ? ", as a guest: what is written is discarded at the end" : "")}");

        var session = InitrdAppendix.DescribeSession(server, manifest, grant, laptop.DescribeGoodbye(), laptop.DescribeTunnel(grant), commandLine.RealInit);
        InitrdAppendix.WriteSession(initrd.Writer, session, passphrase.ForPayload);
        loading.Start(kernel, initrd, commandLine);
    }

    private ExportRequest RequestFor(bool takeOver) => new(takeOver, Guest: options.Guest);

    /// <summary>Asks the person once; a repeated attempt uses the same answer.</summary>
    private async Task ChooseAsync(BootClient laptop, CancellationToken token)
    {
        if (laptop.Manifest.Menu is not { } menu)
        {
            return;
        }

        if (_decision is null && person is not null && menu.Seconds > 0 && !options.NoLoad)
        {
            _decision = await new EntryQuestion(person, screen.Say).AskAsync(menu, token);
        }

        if (_decision is { Entry.Length: > 0 } decision)
        {
            try
            {
                await OnceDiskIsFreeAsync(laptop, async () => { await laptop.ChooseAsync(decision.Entry, token); return true; }, token);
                screen.Phase("chosen", ManifestText.Describe(laptop.Manifest));
            }
            catch (RefusalException refusal) when (refusal.Refusal.Code == RefusalCodes.NoSuchEntry)
            {
                _decision = null; // the next attempt asks again
                throw;
            }
        }
    }

    private async Task UnlockAsync(BootClient laptop, CancellationToken token)
    {
        var locked = laptop.Manifest.Locked;
        if (locked is not null)
        {
            screen.Phase("locked", ManifestText.Describe(locked, laptop.Manifest.Laptop));
        }

        await new LaptopUnlock(passphrase, person, screen.Say).RunAsync(
            laptop, ask => OnceDiskIsFreeAsync(laptop, ask, token), token);
        if (locked is null)
        {
            return;
        }

        screen.Phase("unlocked", locked.MayHandOver
            ? "the passphrase is passed on to the laptop's own system, which need not ask again if it can use it"
            : "the laptop does not allow passing the passphrase on to its own system, which will ask again");
    }

    private async Task AppendDriversAsync(BootClient laptop, Stream initrd, CancellationToken token)
    {
        if (!laptop.Manifest.DriversAvailable)
        {
            screen.Say("  the laptop offers none: its initrd must hold nbd and the driver of this machine's network interface");
            return;
        }

        var modaliases = HardwareAliases.ForNetworkPath("/sys");
        await laptop.FetchDriversAsync(modaliases, initrd, screen.Follow("drivers", total: null), token);
    }

    private async Task<bool> FetchKernelAsync(BootClient laptop, MemoryFile kernel, CancellationToken token)
    {
        await laptop.FetchKernelAsync(kernel.Writer, screen.Follow("kernel", laptop.Manifest.Kernel.Size), token);
        return true;
    }

    /// <summary>
    /// Repeats a request while another desktop has the disk, since the laptop then gives neither boot files nor disk. That desktop may be shutting down, or the person here
    /// takes the disk over; that must be requested first, because only then can the boot files be read.
    /// </summary>
    private async Task<T> OnceDiskIsFreeAsync<T>(BootClient laptop, Func<Task<T>> askAsync, CancellationToken token)
    {
        for (var tookOver = false; ; )
        {
            try
            {
                return await askAsync();
            }
            catch (RefusalException refusal) when (refusal.Refusal.Code == RefusalCodes.DiskInUse && (options.TakeOver || !options.Once))
            {
                screen.Say($"  the laptop refuses: {PrintableText.Of(refusal.Message)}");
                if (await WantsToTakeOverAsync(token))
                {
                    if (tookOver)
                    {
                        await Task.Delay(s_askForDiskAgain, token); // two desktops may be taking it from each other in turns
                    }

                    tookOver = true;
                    screen.Say("  taking the disk over: the other desktop can no longer reach it");
                    await laptop.RequestDiskAsync(RequestFor(takeOver: true), token);
                }
            }
        }
    }

    private async Task<bool> WantsToTakeOverAsync(CancellationToken token)
    {
        if (options.TakeOver)
        {
            return true;
        }

        if (person is not null && !options.NoLoad)
        {
            return await person.AnswersAsync(
                "  asking again; press T and Enter to take the disk over, which ends that desktop's session and loses what it has not saved",
                TakeOverWord, s_askForDiskAgain, token);
        }

        screen.Say(options.NoLoad ? "  asking again" : "  asking again; --take-over would end that desktop's session");
        await Task.Delay(s_askForDiskAgain, token);
        return false;
    }
}
