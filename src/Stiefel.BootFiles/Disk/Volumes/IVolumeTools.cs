namespace Stiefel.BootFiles.Disk.Volumes;

/// <summary>
/// Opens what a file system can be wrapped in, for reading only, and closes it again. Nothing of it writes to a device; what lies below is
/// locked against writes besides.
/// </summary>
public interface IVolumeTools
{
    /// <summary>Opens a LUKS device.</summary>
    /// <param name="device">Its node.</param>
    /// <param name="name">What the mapping is called.</param>
    /// <param name="passphrase">Stays the caller's; no copy is left behind.</param>
    /// <param name="token">Ends the attempt.</param>
    /// <returns>The node of what is inside; null if the passphrase is wrong.</returns>
    /// <exception cref="IOException">It could not be tried.</exception>
    Task<string?> OpenLuksAsync(string device, string name, ReadOnlyMemory<byte> passphrase, CancellationToken token);

    /// <summary>Whether a passphrase opens a LUKS device, which may be open already.</summary>
    /// <exception cref="IOException">It could not be tried.</exception>
    Task<bool> TestLuksAsync(string device, ReadOnlyMemory<byte> passphrase, CancellationToken token);

    /// <summary>What the volume groups on these devices consist of.</summary>
    /// <exception cref="IOException">A device cannot be read.</exception>
    /// <exception cref="FormatException">The metadata is damaged.</exception>
    IReadOnlyList<LogicalVolumeTable> ReadVolumeGroups(IReadOnlyList<string> devices);

    /// <summary>Makes a device of a table (man 8 dmsetup).</summary>
    /// <returns>Its node.</returns>
    /// <exception cref="IOException">The kernel refused.</exception>
    Task<string> MapAsync(string name, string table, CancellationToken token);

    /// <summary>Assembles a RAID from those of its members that are here.</summary>
    /// <returns>Its node.</returns>
    /// <exception cref="IOException">It cannot run.</exception>
    Task<string> AssembleAsync(string name, IReadOnlyList<string> members, CancellationToken token);

    /// <summary>How many members an array runs without.</summary>
    /// <param name="array">Its node.</param>
    int MissingMembers(string array);

    /// <summary>Takes away what was made under this name, if it is there.</summary>
    /// <exception cref="IOException">It is in use.</exception>
    Task CloseAsync(string name, CancellationToken token);

    /// <summary>What is there under names that begin so, in the order in which it can be closed.</summary>
    IReadOnlyList<string> FindLeftovers(string prefix);

    /// <summary>Paths of the devices that something which is open is built directly upon; none if it is not there.</summary>
    IReadOnlyList<string> DevicesBelow(string name);

    /// <summary>Sets or lifts the kernel's refusal to write to a device.</summary>
    /// <returns>False if it was so before.</returns>
    /// <exception cref="IOException">No such device.</exception>
    bool LockWrites(string device, bool refuse);

    /// <summary>True if nothing in the kernel holds a device.</summary>
    bool IsFree(string device);
}

/// <summary>A logical volume of LVM, as found on devices.</summary>
/// <param name="Title">`vg/lv`.</param>
/// <param name="UsualPaths">What the system it belongs to calls it.</param>
/// <param name="Devices">Those of its group.</param>
/// <param name="Table">For <see cref="IVolumeTools.MapAsync"/>; null if it cannot be opened.</param>
/// <param name="Problem">Why, then.</param>
/// <param name="IsIncomplete">Because a part of it lies on a device that is not here.</param>
public sealed record LogicalVolumeTable(
    string Title, IReadOnlyList<string> UsualPaths, IReadOnlyList<string> Devices, string? Table, string? Problem, bool IsIncomplete = false);
