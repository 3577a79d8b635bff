using Stiefel.Client.Payload;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.Linux;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Kexec;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client;

/// <summary>One boot from the first call to the laptop until its kernel runs here. Nothing is left behind if it fails anywhere.</summary>
internal sealed class BootSequence(BootOptions options, BootScreen screen)
{
    private static readonly TimeSpan s_askForDiskAgain = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using SharedKey key = KeyFile.Load(options.KeyFile);
        using FileStream attachProgram = File.OpenRead(options.AttachFile);

        screen.Phase("searching", $"for a laptop that knows the key `{key.Name}`");
        FoundServer server = options.Server is { } address
            ? FoundServer.AtAddress(address)
            : await new ServerSearch(key, options.Interface, screen.Say).FindFirstAsync(cancellationToken).ConfigureAwait(false);
        screen.Phase("found", server.ToString());

        screen.Phase("handshake", "the laptop opens its boot files");
        using BootClient laptop = await BootClient.ConnectAsync(server, key, cancellationToken).ConfigureAwait(false);
        BootManifest manifest = laptop.Manifest;

        screen.Phase("kernel", ManifestText.Describe(manifest));
        using var kernel = MemoryFile.Create("kernel");
        await laptop.FetchKernelAsync(kernel.Writer, screen.Follow("kernel", manifest.Kernel.Size), cancellationToken).ConfigureAwait(false);

        screen.Phase("initrd", MemoryNeed.Describe(manifest.Initrd.Size));
        using var initrd = MemoryFile.Create("initrd");
        await laptop.FetchInitrdAsync(initrd.Writer, screen.Follow("initrd", manifest.Initrd.Size), cancellationToken).ConfigureAwait(false);
        PayloadInitrd.Align(initrd.Writer);

        screen.Phase("modules", "drivers of the laptop's kernel for this machine's network");
        await AppendDriversAsync(laptop, initrd.Writer, cancellationToken).ConfigureAwait(false);

        ExportGrant grant = await RequestDiskAsync(laptop, cancellationToken).ConfigureAwait(false);
        screen.Phase("granted", $"a disk of {Printable.Megabytes(grant.SizeBytes)}{(grant.ReadOnly ? ", read-only" : "")}");

        PayloadCommandLine commandLine = PayloadCommandLine.Assemble(
            manifest.CommandLine, AddedArguments.Read(KernelCommandLine.ReadCurrent(), screen.Say));
        PayloadInitrd.AppendAttach(initrd.Writer, attachProgram, PayloadInitrd.DescribeSession(server, manifest, grant, commandLine.RealInit));
        screen.Explain(commandLine);

        if (options.NoLoad)
        {
            screen.Say("stopped before loading, as asked by --no-load");
            return;
        }

        KexecImage image = KexecImage.Load(kernel.Seal(), initrd.Seal(), commandLine.Text);
        screen.Phase("loaded", $"by {image.LoadedBy}");
        if (options.NoExec)
        {
            screen.Say("stopped before executing, as asked by --no-exec; `kexec -e` goes on");
            return;
        }

        screen.Phase("executing", "from here on the laptop's own system speaks");
        image.Execute();
    }

    private async Task AppendDriversAsync(BootClient laptop, Stream initrd, CancellationToken cancellationToken)
    {
        if (!laptop.Manifest.DriversAvailable)
        {
            screen.Say("  the laptop offers none: its initrd must hold nbd and the driver of this machine's network interface");
            return;
        }

        IReadOnlyList<string> modaliases = HardwareAliases.ForNetworkPath("/sys");
        await laptop.FetchDriversAsync(modaliases, initrd, screen.Follow("drivers", total: null), cancellationToken).ConfigureAwait(false);
    }

    // Another desktop may still be shutting down; what is fetched stays good meanwhile.
    private async Task<ExportGrant> RequestDiskAsync(BootClient laptop, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await laptop.RequestDiskAsync(options.TakeOver, cancellationToken).ConfigureAwait(false);
            }
            catch (RefusalException refusal) when (refusal.Refusal.Code == RefusalCodes.DiskInUse && !options.Once)
            {
                screen.Say($"  the laptop refuses: {Printable.Clean(refusal.Message)}; asking again (--take-over would end that session)");
                await Task.Delay(s_askForDiskAgain, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
