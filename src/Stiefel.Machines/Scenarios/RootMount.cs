using System.Text.RegularExpressions;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>The mount of a system's root file system.</summary>
/// <param name="Device">The device, for example /dev/nbd0p2.</param>
/// <param name="Type">The file system's type, for example ext4.</param>
/// <param name="Options">The mount options, separated by commas; the first is rw or ro.</param>
public sealed partial record RootMount(string Device, string Type, string Options)
{
    /// <summary>Reads the output of `findmnt -rno SOURCE,FSTYPE,OPTIONS /`.</summary>
    /// <exception cref="MachineException">The text is not such output.</exception>
    public static RootMount Parse(string text)
    {
        var columns = text.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length == 3 && columns[2].Split(',')[0] is ("rw" or "ro")
            ? new RootMount(columns[0], columns[1], columns[2])
            : throw new MachineException($"findmnt printed `{text.Trim()}`, not device, type and options of /");
    }

    /// <summary>True if the device is a partition of the network block device.</summary>
    public bool IsRemote => RemotePartition().IsMatch(Device);

    /// <summary>True if it is mounted read-write.</summary>
    public bool IsWritable => Options.Split(',')[0] == "rw";

    /// <inheritdoc/>
    public override string ToString() => $"{Device} ({Type}, {Options})";

    [GeneratedRegex("^/dev/nbd0p[0-9]+$")]
    private static partial Regex RemotePartition();
}
