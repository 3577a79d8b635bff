using System.Text.RegularExpressions;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>What a system's root file system is mounted from.</summary>
/// <param name="Device">E.g. /dev/nbd0p2.</param>
/// <param name="Type">E.g. ext4.</param>
/// <param name="Options">Separated by commas; the first is rw or ro.</param>
public sealed partial record RootMount(string Device, string Type, string Options)
{
    /// <summary>Reads what `findmnt -rno SOURCE,FSTYPE,OPTIONS /` prints.</summary>
    /// <exception cref="MachineException">It is not that.</exception>
    public static RootMount Parse(string text)
    {
        var columns = text.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length == 3 && columns[2].Split(',')[0] is ("rw" or "ro")
            ? new RootMount(columns[0], columns[1], columns[2])
            : throw new MachineException($"findmnt printed `{text.Trim()}`, not device, type and options of /");
    }

    /// <summary>From a partition of the network block device.</summary>
    public bool IsRemote => RemotePartition().IsMatch(Device);

    /// <summary>Read-write.</summary>
    public bool IsWritable => Options.Split(',')[0] == "rw";

    /// <inheritdoc/>
    public override string ToString() => $"{Device} ({Type}, {Options})";

    [GeneratedRegex("^/dev/nbd0p[0-9]+$")]
    private static partial Regex RemotePartition();
}
