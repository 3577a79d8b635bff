using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Processes;

namespace Stiefel.Client.Rescue;

/// <summary>Finds out what uses an attached disk.</summary>
internal static class DiskUsers
{
    /// <summary>One line for each; none if nothing does.</summary>
    /// <param name="device">The kernel's name of the device.</param>
    public static IReadOnlyList<string> Of(string device)
    {
        var path = $"/dev/{device}";
        return
        [
            .. FileUsers.Of(file => IsOf(file, path)).Select(user => $"{user.Name} (process {user.Id}) has it open"),
            // The image of a hibernated system on the disk does not count as use.
            .. DiskUse.Check(path).Where(reason => reason.Kind != DiskUseKind.Hibernated).Select(reason => reason.Message),
        ];
    }

    /// <summary>True for the disk and its partitions.</summary>
    internal static bool IsOf(string file, string path) =>
        file == path || (file.StartsWith(path + "p", StringComparison.Ordinal) && file.Length > path.Length + 1 && file[(path.Length + 1)..].All(char.IsAsciiDigit));
}
