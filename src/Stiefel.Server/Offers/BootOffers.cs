using System.Diagnostics;
using System.Security.Cryptography;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Protocol.Boot;
using Stiefel.Server.BootPlane;
using Stiefel.Server.BootReading;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.State;

namespace Stiefel.Server.Offers;

/// <summary>
/// The offer of what can be booted. Hashing a large initrd takes seconds, so it is done once, in the background, and again only when the
/// files may have changed: after a desktop had the disk, or when a reader finds them changed.
/// </summary>
public sealed class BootOffers(IDiskGate gate, BootOptions boot, PayloadLinkOptions link, StateFile<BootOffer> state, ILogger<BootOffers> logger)
{
    /// <summary>How long a desktop's hello waits for the first hashing; after that the desktop asks again by itself.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<BootOffer>? _work;
    private volatile bool _isStale;
    private volatile int _generation = -1;

    /// <summary>The newest offer, possibly stale; null if there never was one.</summary>
    public BootOffer? Latest { get; private set; }

    /// <summary>The newest offer unless it may be stale: a reader found the files changed, or a desktop had the disk since.</summary>
    public BootOffer? Fresh => _isStale || _generation != gate.Generation ? null : Latest;

    /// <summary>How the newest offer was found; empty if it was restored from an earlier server.</summary>
    public BootReport Report { get; private set; } = BootReport.Empty;

    /// <summary>Why there is no offer; null if there is one, or none was looked for yet.</summary>
    public string? Problem { get; private set; }

    /// <summary>Restores the offer of an earlier server, for use while a desktop has the disk.</summary>
    public void Restore()
    {
        try
        {
            Latest ??= WithLinkOfNow(state.Read());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.OfferNotKept(e);
        }
    }

    // The link's settings may have changed since the offer was kept.
    private BootOffer? WithLinkOfNow(BootOffer? offer) => offer is null ? null : offer with { Manifest = offer.Manifest with { Link = link.ToParameters() } };

    /// <summary>
    /// A fresh offer, or a stale one while the disk is open for a desktop, which may be long gone: only a session that
    /// proved itself may end that grant, and it needs an offer to begin.
    /// </summary>
    /// <exception cref="RefusalException">There is nothing to boot, or the boot files are still being read.</exception>
    public async Task<BootOffer> GetAsync(CancellationToken token)
    {
        try
        {
            return await Begin().WaitAsync(s_patience, token);
        }
        catch (BootLockedException e)
        {
            return BootOffer.Unknown(Describe(e.Locked), boot.Laptop, link.ToParameters());
        }
        catch (DiskInUseException) when (Latest is { } latest)
        {
            return latest;
        }
        catch (DiskInUseException e)
        {
            throw new RefusalException(new Refusal(RefusalCodes.DiskInUse, e.Message));
        }
        catch (TimeoutException)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, "the laptop is still reading its boot files; try again"));
        }
        catch (Exception e) when (e is BootCatalogException or IOException or UnauthorizedAccessException)
        {
            throw new RefusalException(new Refusal(RefusalCodes.NoBootFiles, e.Message));
        }
    }

    /// <summary>The offer for a client that wants only the disk: no boot file belongs to it.</summary>
    public BootOffer ForDisk() => new(BootManifest.ForDisk(boot.Laptop, link.ToParameters()), "");

    /// <summary>The offer of boot files that a session has just unlocked.</summary>
    /// <exception cref="RefusalException">The files were closed again, or cannot be read.</exception>
    public async Task<BootOffer> OfUnlockedAsync(CancellationToken token)
    {
        // Try twice: an attempt that began before the files were unlocked gives an offer without them.
        for (var again = true; ; again = false)
        {
            var offer = await GetAsync(token);
            if (offer.Fingerprint.Length > 0 || !again)
            {
                return offer.Fingerprint.Length > 0 ? offer : throw new RefusalException(new Refusal(RefusalCodes.Locked, "the boot files were closed again; try once more"));
            }
        }
    }

    /// <summary>Finds the entry of a session; refuses a session whose offer no longer matches the files.</summary>
    /// <param name="fingerprint">The fingerprint of what it was offered.</param>
    /// <param name="entry">The id of the chosen entry; empty for the default.</param>
    /// <param name="lease">The files as they are now.</param>
    /// <exception cref="RefusalException">The files changed; a new handshake gets the new offer.</exception>
    public BootSpec SpecOf(string fingerprint, string entry, BootFilesLease lease)
    {
        var spec = EntryIds.Find(lease.Files.Menu, entry);
        if (spec is null || fingerprint != (entry.Length == 0 ? BootFingerprint.Of(lease.Files) : BootFingerprint.Of(lease.Files, spec)))
        {
            _isStale = true;
            lease.MarkOutdated();
            throw new RefusalException(new Refusal(RefusalCodes.Failed, "the laptop's boot files changed since the handshake; try again"));
        }

        return spec;
    }

    /// <summary>Describes another entry that a session chose; hashes its files now.</summary>
    /// <exception cref="RefusalException">There is no such entry.</exception>
    public async Task<(BootManifest Manifest, string Fingerprint)> ChooseAsync(string entry, BootFilesLease lease)
    {
        var spec = entry.Length > 0 ? EntryIds.Find(lease.Files.Menu, entry) : null;
        return spec is not null
            ? (await DescribeAsync(lease, spec), BootFingerprint.Of(lease.Files, spec))
            : throw new RefusalException(new Refusal(RefusalCodes.NoSuchEntry, "the laptop no longer has this boot entry; choose again"));
    }

    private Task<BootOffer> Begin()
    {
        lock (_lock)
        {
            if (_work is { IsCompleted: false } || (_work is { IsCompletedSuccessfully: true } && Fresh is not null))
            {
                return _work;
            }

            return _work = Task.Run(MakeAsync);
        }
    }

    private LockedBoot Describe(LockedVolume volume) => new(volume.Device, volume.Label, volume.Uuid, boot.HandOverPassphrase);

    private async Task<BootOffer> MakeAsync()
    {
        try
        {
            _isStale = false;
            using var lease = await gate.ReadAsync(reader: null, CancellationToken.None);
            var generation = gate.Generation;
            var fingerprint = BootFingerprint.Of(lease.Files);
            var locked = lease.Files.Locked is { } volume ? Describe(volume) : null;
            if (Latest?.Fingerprint != fingerprint || Latest.Locked != locked)
            {
                Latest = new BootOffer(await DescribeAsync(lease, lease.Files.Spec), fingerprint, locked);
                Keep(Latest);
            }

            Report = lease.Files.Menu.Report;
            _generation = generation;
            Problem = null;
            return Latest;
        }
        catch (OperationCanceledException e)
        {
            // A grant revoked the files while they were hashed.
            _isStale = true;
            throw new DiskInUseException("the laptop's disk was just given to a desktop; try again", e);
        }
        catch (Exception e)
        {
            _isStale = true;
            Problem = e.Message;
            Explain(e);

            throw;
        }
    }

    private void Explain(Exception problem)
    {
        switch (problem)
        {
            case DiskInUseException:
                break;
            case BootLockedException locked:
                logger.BootFilesLocked(locked.Message);
                break;
            default:
                logger.NoBootFiles(problem);
                break;
        }
    }

    private void Keep(BootOffer offer)
    {
        try
        {
            state.Write(offer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a server that is restarted would need it.
            logger.OfferNotKept(e);
        }
    }

    private async Task<BootManifest> DescribeAsync(BootFilesLease lease, BootSpec spec)
    {
        try
        {
            return await HashAllAsync(lease, spec);
        }
        catch (IOException)
        {
            lease.MarkOutdated();
            throw;
        }
    }

    private async Task<BootManifest> HashAllAsync(BootFilesLease lease, BootSpec spec)
    {
        var clock = Stopwatch.StartNew();
        if (lease.Files.ModulesMissing is { } reason)
        {
            logger.NoDrivers(reason);
        }

        var manifest = new BootManifest
        {
            Title = spec.Title,
            Laptop = boot.Laptop,
            Kernel = await HashAsync(new BootImage(spec.Kernel), lease.Revoked),
            Initrd = await HashAsync(new BootImage(spec.Initrds), lease.Revoked),
            CommandLine = spec.CommandLine,
            KernelRelease = spec.KernelRelease,
            DriversAvailable = lease.Files.ModulesOf(spec) is not null,
            Menu = EntryIds.Describe(lease.Files.Menu, spec, boot.MenuSeconds),
            Link = link.ToParameters(),
        };
        logger.BootFilesHashed(spec.Title, spec.Source, manifest.Kernel.Size, manifest.Initrd.Size, clock.ElapsedMilliseconds);
        return manifest;
    }

    private static async Task<BootFile> HashAsync(BootImage image, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await image.ReadAsync(
            (bytes, _) =>
            {
                hash.AppendData(bytes.Span);
                return ValueTask.CompletedTask;
            },
            token);
        return new BootFile(image.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
