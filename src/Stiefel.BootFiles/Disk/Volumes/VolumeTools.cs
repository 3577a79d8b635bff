using System.Globalization;
using System.Text;
using Stiefel.BootFiles.Disk.Volumes.Lvm;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;

namespace Stiefel.BootFiles.Disk.Volumes;

/// <summary>Opens volumes with cryptsetup, dmsetup and mdadm; LVM's metadata is read without LVM's tools.</summary>
public sealed class VolumeTools : IVolumeTools
{
    private const string MapperDirectory = "/dev/mapper";
    private const string RaidDirectory = "/dev/md";

    // man 8 cryptsetup, RETURN CODES.
    private const int WrongPassphrase = 2;

    // Argon2 is designed to take seconds, and takes much longer on a machine that is short of memory.
    private static readonly TimeSpan s_luksPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<string?> OpenLuksAsync(string device, string name, ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        await LoadAsync("dm-crypt", token);
        return await CryptsetupAsync(["open", "--readonly", "--key-file", "-", "--tries", "1", device, name], passphrase, token)
            ? $"{MapperDirectory}/{name}"
            : null;
    }

    /// <inheritdoc/>
    public Task<bool> TestLuksAsync(string device, ReadOnlyMemory<byte> passphrase, CancellationToken token)
        => CryptsetupAsync(["open", "--readonly", "--test-passphrase", "--key-file", "-", "--tries", "1", device], passphrase, token);

    /// <inheritdoc/>
    public IReadOnlyList<LogicalVolumeTable> ReadVolumeGroups(IReadOnlyList<string> devices)
    {
        PhysicalVolume[] volumes = [.. devices.Select(PhysicalVolume.Read).OfType<PhysicalVolume>()];
        return [.. VolumeGroup.FromDevices(volumes).SelectMany(group => group.Volumes().Select(
            volume => new LogicalVolumeTable($"{volume.Group}/{volume.Name}", volume.UsualPaths, group.Devices, volume.Table, volume.Problem, volume.IsIncomplete)))];
    }

    /// <inheritdoc/>
    public async Task<string> MapAsync(string name, string table, CancellationToken token)
    {
        await LoadAsync("dm-mod", token);
        using var input = new MemoryStream(Encoding.ASCII.GetBytes(table));
        await RunAsync("dmsetup", ["create", "--readonly", name], token, input);
        return $"{MapperDirectory}/{name}";
    }

    /// <inheritdoc/>
    public async Task<string> AssembleAsync(string name, IReadOnlyList<string> members, CancellationToken token)
    {
        await LoadAsync("md-mod", token);
        var path = $"{RaidDirectory}/{name}";
        // A read-only array writes no superblock (man 8 mdadm, --readonly); --run starts also an array that lacks a member.
        await RunAsync("mdadm", ["--assemble", "--readonly", "--run", "--config=none", path, .. members], token);
        return path;
    }

    /// <inheritdoc/>
    public int MissingMembers(string array)
    {
        var sysfs = new BlockSysfs();
        return DeviceNumber.OfBlockDevice(array) is { } number && sysfs.NameOf(number) is { } name
            && int.TryParse(sysfs.ReadAttribute(name, "md/degraded"), NumberStyles.None, CultureInfo.InvariantCulture, out var missing) ? missing : 0;
    }

    /// <inheritdoc/>
    public Task CloseAsync(string name, CancellationToken token)
    {
        return File.Exists($"{RaidDirectory}/{name}") ? StopAsync($"{RaidDirectory}/{name}", token)
            : File.Exists($"{MapperDirectory}/{name}") ? RunAsync("dmsetup", ["remove", "--retry", name], token)
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindLeftovers(string prefix)
    {
        // Later devices may be built upon earlier ones, so close the highest number first.
        return [.. new[] { MapperDirectory, RaidDirectory }
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .Select(path => Path.GetFileName(path))
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), out _))
            .OrderByDescending(name => int.Parse(name.AsSpan(prefix.Length), CultureInfo.InvariantCulture))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> DevicesBelow(string name)
    {
        var sysfs = new BlockSysfs();
        return new[] { $"{MapperDirectory}/{name}", $"{RaidDirectory}/{name}" }.FirstOrDefault(File.Exists) is { } path
            && DeviceNumber.OfBlockDevice(path) is { } number && sysfs.NameOf(number) is { } device
            ? [.. sysfs.SlavesOf(device).Select(slave => $"/dev/{slave}")]
            : [];
    }

    /// <inheritdoc/>
    public bool LockWrites(string device, bool refuse)
    {
        if (DeviceWriteLock.IsSet(device) == refuse)
        {
            return false;
        }

        DeviceWriteLock.Set(device, refuse);
        return true;
    }

    /// <inheritdoc/>
    public bool IsFree(string device) => DeviceWriteLock.IsFree(device);

    private static async Task<bool> CryptsetupAsync(IReadOnlyList<string> arguments, ReadOnlyMemory<byte> passphrase, CancellationToken token)
    {
        using var input = new SecretStream(passphrase);
        var options = Options(input, s_luksPatience) with { AcceptedExitCodes = [WrongPassphrase] };
        return (await ExternalProgram.RunAsync("cryptsetup", arguments, options, token)).ExitCode == 0;
    }

    private static async Task StopAsync(string path, CancellationToken token)
    {
        await RunAsync("mdadm", ["--stop", path], token);
        File.Delete(path);
    }

    private static Task<ExternalProgramOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken token, Stream? input = null)
        => ExternalProgram.RunAsync(program, arguments, Options(input, s_patience), token);

    /// <summary>Options for the tools. Without udev they must make device nodes themselves, and libdevmapper must not wait for udev.</summary>
    private static ExternalProgramOptions Options(Stream? input, TimeSpan patience) => new()
    {
        Input = input,
        Timeout = patience,
        Environment = File.Exists("/run/udev/control") ? null : new Dictionary<string, string?> { ["DM_DISABLE_UDEV"] = "1", ["MDADM_NO_UDEV"] = "1" },
    };

    /// <summary>Loads a module with modprobe: the kernel loads device-mapper targets on demand, but only once dm-mod itself is loaded.</summary>
    private static async Task LoadAsync(string module, CancellationToken token)
    {
        if (ExternalProgram.Find("modprobe") is { } modprobe)
        {
            await ExternalProgram.RunAsync(modprobe, ["-q", module], new ExternalProgramOptions { Timeout = s_patience, AcceptedExitCodes = [1] }, token);
        }
    }
}
