using System.Text;
using Stiefel.BootFiles.Disk.Volumes;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>Opens nothing, but knows what would be inside: for machines without device-mapper, and for failures.</summary>
internal sealed class FakeVolumeTools : IVolumeTools
{
    private readonly Dictionary<string, string> _open = [];

    /// <summary>The passphrase, and what each LUKS device holds.</summary>
    public Dictionary<string, (string Passphrase, string Inside)> Luks { get; } = [];

    public List<LogicalVolumeTable> Volumes { get; } = [];

    /// <summary>What the device that a table makes shows, by the table.</summary>
    public Dictionary<string, string> Mapped { get; } = [];

    /// <summary>What an array of these members shows.</summary>
    public Dictionary<string, string> Raids { get; } = [];

    /// <summary>What was done, in order.</summary>
    public List<string> Done { get; } = [];

    public HashSet<string> Locked { get; } = [];

    public HashSet<string> InUse { get; } = [];

    /// <summary>What an open thing is built upon, by its name.</summary>
    public Dictionary<string, string> Below { get; } = [];

    /// <summary>Names of what is open.</summary>
    public IReadOnlyCollection<string> Open => _open.Keys;

    public string? CloseProblem { get; set; }

    /// <summary>Every passphrase as it was handed to us; not copied.</summary>
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

    /// <summary>How many members the arrays run without.</summary>
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
