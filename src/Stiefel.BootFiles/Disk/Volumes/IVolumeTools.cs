namespace Stiefel.BootFiles.Disk.Volumes;

/// <summary>
/// Opens LUKS, LVM and RAID around a file system read-only, and closes them again. Nothing here writes to a device; the devices below are
/// locked against writes as well.
/// </summary>
public interface IVolumeTools
{
    /// <summary>Opens a LUKS device.</summary>
    /// <param name="device">The device's node.</param>
    /// <param name="name">The name of the mapping to make.</param>
    /// <param name="passphrase">Owned by the caller; no copy is left behind.</param>
    /// <param name="token">Cancels the attempt.</param>
    /// <returns>The node of the mapping; null if the passphrase is wrong.</returns>
    /// <exception cref="IOException">The passphrase could not be tried.</exception>
    Task<string?> OpenLuksAsync(string device, string name, ReadOnlyMemory<byte> passphrase, CancellationToken token);

    /// <summary>True if a passphrase opens a LUKS device; the device may be open already.</summary>
    /// <exception cref="IOException">The passphrase could not be tried.</exception>
    Task<bool> TestLuksAsync(string device, ReadOnlyMemory<byte> passphrase, CancellationToken token);

    /// <summary>Reads the logical volumes of the volume groups on these devices.</summary>
    /// <exception cref="IOException">A device cannot be read.</exception>
    /// <exception cref="FormatException">The metadata is damaged.</exception>
    IReadOnlyList<LogicalVolumeTable> ReadVolumeGroups(IReadOnlyList<string> devices);

    /// <summary>Makes a device from a device-mapper table (man 8 dmsetup).</summary>
    /// <returns>The node of the new device.</returns>
    /// <exception cref="IOException">The kernel refused the table.</exception>
    Task<string> MapAsync(string name, string table, CancellationToken token);

    /// <summary>Assembles a RAID array from those of its members that are present.</summary>
    /// <returns>The array's node.</returns>
    /// <exception cref="IOException">The array cannot run.</exception>
    Task<string> AssembleAsync(string name, IReadOnlyList<string> members, CancellationToken token);

    /// <summary>The number of members that a running array lacks.</summary>
    /// <param name="array">The array's node.</param>
    int MissingMembers(string array);

    /// <summary>Removes the device that was made under this name, if it exists.</summary>
    /// <exception cref="IOException">The device is in use.</exception>
    Task CloseAsync(string name, CancellationToken token);

    /// <summary>The existing devices whose names have this prefix, in the order in which they can be closed.</summary>
    IReadOnlyList<string> FindLeftovers(string prefix);

    /// <summary>The devices that an open one is directly built upon; none if it does not exist.</summary>
    IReadOnlyList<string> DevicesBelow(string name);

    /// <summary>Sets or lifts the kernel's write protection of a device.</summary>
    /// <returns>False if the protection was already in the wanted state.</returns>
    /// <exception cref="IOException">There is no such device.</exception>
    bool LockWrites(string device, bool refuse);

    /// <summary>True if nothing on this machine holds the device open exclusively or has it mounted.</summary>
    bool IsFree(string device);
}

/// <summary>A logical volume of LVM, as its devices describe it.</summary>
/// <param name="Title">The name for people, `vg/lv`.</param>
/// <param name="UsualPaths">The paths that the system on this disk uses for it.</param>
/// <param name="Devices">The present devices of its volume group.</param>
/// <param name="Table">The table for <see cref="IVolumeTools.MapAsync"/>; null if the volume cannot be opened.</param>
/// <param name="Problem">Why <paramref name="Table"/> is null.</param>
/// <param name="IsIncomplete">True if the problem is a missing device.</param>
public sealed record LogicalVolumeTable(
    string Title, IReadOnlyList<string> UsualPaths, IReadOnlyList<string> Devices, string? Table, string? Problem, bool IsIncomplete = false);
