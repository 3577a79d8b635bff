using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk.Volumes;

/// <summary>
/// The devices of a disk, including those that appear when LUKS, LVM and RAID are opened, in whatever order these are stacked.
/// </summary>
internal sealed class VolumeLayers(IVolumeTools tools, OpenedVolumes opened, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<ProbedDevice>>> probeAsync, IReadOnlyList<ProbedDevice> partitions)
{
    public const string Luks = "crypto_LUKS";
    public const string LvmMember = "LVM2_member";
    public const string RaidMember = "linux_raid_member";

    // LUKS on LVM on RAID takes three rounds. The limit is above any real stack, and ends the search on a disk that refers to itself.
    private const int MaxRounds = 8;

    // Each attempt takes seconds and, by default, a gigabyte of memory.
    private const int MaxLuksDevices = 4;
    private const int MaxDevices = 256;

    private readonly List<ProbedDevice> _devices = [.. partitions];
    private readonly HashSet<string> _done = [];
    private readonly HashSet<string> _tried = [];
    private readonly HashSet<string> _mapped = [];
    private readonly HashSet<string> _problems = [];
    private readonly HashSet<string> _warnings = [];

    /// <summary>All devices known so far.</summary>
    public IReadOnlyList<ProbedDevice> Devices => _devices;

    /// <summary>A line for each thing that could not be opened, with the reason.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Things that work but need the owner's attention: an array without all its members, a group that lacks a device.</summary>
    public IReadOnlyCollection<string> Warnings => _warnings;

    /// <summary>LUKS devices that are not open.</summary>
    public IReadOnlyList<ProbedDevice> Locked => [.. _devices.Where(device => device.Type == Luks && !_done.Contains(device.Path))];

    /// <summary>LUKS devices that are open.</summary>
    public IReadOnlyList<ProbedDevice> Unlocked => [.. _devices.Where(device => device.Type == Luks && _done.Contains(device.Path))];

    /// <summary>True if there is LVM or RAID that was not tried yet.</summary>
    public bool HasUnopened => _devices.Exists(device => device.Type is LvmMember or RaidMember && !_done.Contains(device.Path));

    /// <summary>Opens LVM and RAID, which need no passphrase, until nothing new appears.</summary>
    public async Task OpenUnencryptedAsync(CancellationToken token)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var before = _devices.Count;
            await AssembleRaidsAsync(token);
            await MapLogicalVolumesAsync(token);
            if (_devices.Count == before)
            {
                return;
            }
        }
    }

    /// <summary>Opens every LUKS device that the passphrase opens, and the LVM and RAID inside.</summary>
    /// <param name="wanted">Selects the devices; the others stay closed.</param>
    /// <param name="passphrase">Owned by the caller.</param>
    /// <param name="token">Cancels the attempts.</param>
    /// <returns>False if the passphrase opens none.</returns>
    /// <exception cref="IOException">No device was opened, and the passphrase could not be tried on at least one of them.</exception>
    public async Task<bool> UnlockAsync(Func<ProbedDevice, bool> wanted, ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        var any = false;
        IOException? failure = null;
        for (var round = 0; round < MaxRounds; round++)
        {
            ProbedDevice[] locked = [.. Locked.Where(wanted).Where(device => !_tried.Contains(device.Path)).Take(MaxLuksDevices - _tried.Count)];
            if (locked.Length == 0)
            {
                break;
            }

            foreach (var device in locked)
            {
                _tried.Add(device.Path);
                try
                {
                    any |= await UnlockAsync(device, passphrase, token);
                }
                catch (IOException error)
                {
                    failure = error;
                    _problems.Add(error.Message);
                }
            }

            await OpenUnencryptedAsync(token);
        }

        return any || failure is null ? any : throw failure;
    }

    private async Task<bool> UnlockAsync(ProbedDevice device, ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        if (await opened.AddAsync([device.Path], name => tools.OpenLuksAsync(device.Path, name, passphrase, token)) is not { } path)
        {
            return false;
        }

        _done.Add(device.Path);
        await AddAsync(path, $"in {NameOf(device)}", [$"/dev/mapper/luks-{device.Uuid}"], token);
        return true;
    }

    private async Task AssembleRaidsAsync(CancellationToken token)
    {
        foreach (var array in _devices.Where(device => device.Type == RaidMember && !_done.Contains(device.Path)).GroupBy(device => device.Uuid).ToArray())
        {
            string[] members = [.. array.Select(device => device.Path)];
            _done.UnionWith(members);
            await TryAsync(async () =>
            {
                var path = await opened.AddAsync(members, async name => await tools.AssembleAsync(name, members, token));
                if (tools.MissingMembers(path!) is > 0 and var missing)
                {
                    _warnings.Add($"the RAID of {string.Join(", ", members)} runs without {missing} of its members");
                }

                await AddAsync(path!, $"RAID of {string.Join(", ", members)}", [], token);
            });
        }
    }

    private async Task MapLogicalVolumesAsync(CancellationToken token)
    {
        string[] members = [.. _devices.Where(device => device.Type == LvmMember).Select(device => device.Path)];
        if (members.All(_done.Contains))
        {
            return;
        }

        _done.UnionWith(members);
        await TryAsync(async () =>
        {
            foreach (var volume in tools.ReadVolumeGroups(members).Where(volume => !_mapped.Contains(volume.Title)))
            {
                if (volume.Table is not { } table)
                {
                    _problems.Add(volume.Problem!);
                    WarnIfIncomplete(volume);
                    continue;
                }

                await TryAsync(async () =>
                {
                    var path = await opened.AddAsync(volume.Devices, async name => await tools.MapAsync(name, table, token));
                    _mapped.Add(volume.Title);
                    await AddAsync(path!, volume.Title, volume.UsualPaths, token);
                });
            }
        });
    }

    /// <summary>Collects warnings about volume groups that were not opened, too; reading their metadata opens nothing.</summary>
    public async Task LookForMissingAsync()
    {
        string[] members = [.. _devices.Where(device => device.Type == LvmMember).Select(device => device.Path)];
        await TryAsync(() =>
        {
            foreach (var volume in members.All(_done.Contains) ? [] : tools.ReadVolumeGroups(members))
            {
                WarnIfIncomplete(volume);
            }

            return Task.CompletedTask;
        });
    }

    private void WarnIfIncomplete(LogicalVolumeTable volume)
    {
        if (volume.IsIncomplete)
        {
            _warnings.Add(volume.Problem!);
        }
    }

    private async Task AddAsync(string path, string title, IReadOnlyList<string> aliases, CancellationToken token)
    {
        if (_devices.Count < MaxDevices)
        {
            _devices.AddRange((await probeAsync([path], token)).Select(device => device with { Title = title, Aliases = aliases, PartNumber = 0 }));
        }
    }

    /// <summary>Notes a failure, so that the remaining devices are still tried.</summary>
    private async Task TryAsync(Func<Task> openAsync)
    {
        try
        {
            await openAsync();
        }
        catch (Exception error) when (error is IOException or FormatException)
        {
            _problems.Add(error.Message);
        }
    }

    /// <summary>The device's name for people.</summary>
    public static string NameOf(ProbedDevice device) => device.Title.Length > 0 ? device.Title : device.Path;
}
