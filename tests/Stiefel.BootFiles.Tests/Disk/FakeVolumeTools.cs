using System.Text;
using Stiefel.BootFiles.Disk.Volumes;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>Opens nothing, but returns prepared devices: for machines without device-mapper, and to simulate failures.</summary>
internal sealed class FakeVolumeTools : IVolumeTools
{
    private readonly Dictionary<string, string> _open = [];

    /// <summary>The passphrase and the inner device of each LUKS device.</summary>
    public Dictionary<string, (string Passphrase, string Inside)> Luks { get; } = [];

    public List<LogicalVolumeTable> Volumes { get; } = [];

    /// <summary>The device that mapping a table gives, by the table.</summary>
    public Dictionary<string, string> Mapped { get; } = [];

    /// <summary>The device that assembling an array gives, by its members.</summary>
    public Dictionary<string, string> Raids { get; } = [];

    /// <summary>The calls made, in order.</summary>
    public List<string> Done { get; } = [];

    public HashSet<string> Locked { get; } = [];

    public HashSet<string> InUse { get; } = [];

    /// <summary>The device that an open one is built upon, by the open one's name.</summary>
    public Dictionary<string, string> Below { get; } = [];

    /// <summary>The names of open devices.</summary>
    public IReadOnlyCollection<string> Open => _open.Keys;

    public string? CloseProblem { get; set; }

    /// <summary>Every passphrase received, without copying it.</summary>
    public List<ReadOnlyMemory<byte>> Given { get; } = [];

    public Task<string?> OpenLuksAsync(string device, string name, ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        Given.Add(passphrase);
        Done.Add($"try {device}");
        return Task.FromResult(Luks[device].Passphrase == Encoding.UTF8.GetString(passphrase.Span) ? Opened(name, Luks[device].Inside) : null);
    }

    public Task<bool> TestLuksAsync(string device, ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        Done.Add($"test {device}");
        return Task.FromResult(Luks[device].Passphrase == Encoding.UTF8.GetString(passphrase.Span));
    }

    public IReadOnlyList<LogicalVolumeTable> ReadVolumeGroups(IReadOnlyList<string> devices) => [.. Volumes.Where(volume => volume.Devices.Any(devices.Contains))];

    public Task<string> MapAsync(string name, string table, CancellationToken token)
    {
        Done.Add($"map {table}");
        return Task.FromResult(Opened(name, Mapped[table]));
    }

    public Task<string> AssembleAsync(string name, IReadOnlyList<string> members, CancellationToken token)
    {
        Done.Add($"assemble {string.Join(' ', members)}");
        return Raids.TryGetValue(string.Join(' ', members), out var inside) ? Task.FromResult(Opened(name, inside)) : throw new IOException("mdadm: no array");
    }

    /// <summary>The number of members that arrays lack.</summary>
    public int Missing { get; set; }

    public int MissingMembers(string array) => Missing;

    public Task CloseAsync(string name, CancellationToken token)
    {
        if (CloseProblem is { } problem)
        {
            throw new IOException(problem);
        }

        if (_open.Remove(name, out var inside))
        {
            Done.Add($"close {inside}");
        }

        return Task.CompletedTask;
    }

    public IReadOnlyList<string> FindLeftovers(string prefix) => [.. _open.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];

    public IReadOnlyList<string> DevicesBelow(string name) => Below.GetValueOrDefault(name) is { } device ? [device] : [];

    public bool LockWrites(string device, bool refuse) => refuse ? Locked.Add(device) : Locked.Remove(device);

    public bool IsFree(string device) => !InUse.Contains(device);

    private string Opened(string name, string inside)
    {
        _open[name] = inside;
        return inside;
    }
}
