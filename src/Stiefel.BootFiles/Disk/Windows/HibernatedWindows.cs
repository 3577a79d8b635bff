using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk.Windows;

/// <summary>
/// A Windows that hibernated, or was "shut down" with its fast start-up: what it knows of its file systems comes back when it wakes, and would not fit what a
/// desktop had written there meanwhile. The laptop's Linux does not mind, so it is a warning.
/// </summary>
internal static class HibernatedWindows
{
    private const string File = "hiberfil.sys";

    /// <summary>The image's mark; one that was woken from says something else.</summary>
    private static readonly byte[] s_mark = "hibr"u8.ToArray();

    /// <summary>One line for each partition that holds one.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<ProbedDevice> devices) =>
        devices.Where(device => device.Type == "ntfs" && IsIn(device.Path))
            .Select(device => $"{device.Path} holds a hibernated Windows (its fast start-up does that too): do not write there from a desktop; Restart in Windows, instead of Shut down, ends it");

    /// <summary>Whether a device or image does; one that cannot be read does not.</summary>
    internal static bool IsIn(string path)
    {
        try
        {
            using var handle = ReadOnlyFile.Open(path);
            return NtfsVolume.Open(handle).BeginningOf(File, s_mark.Length) is { } mark && Array.TrueForAll([0, 1, 2, 3], at => (mark[at] | 0x20) == s_mark[at]);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            return false;
        }
    }
}
