using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk.Windows;

/// <summary>
/// Finds a Windows that hibernated, or was "shut down" with fast start-up. When it wakes, it continues with its old view of its file systems,
/// which would not match what a desktop has written there meanwhile. The laptop's Linux is not affected, so this is only a warning.
/// </summary>
internal static class HibernatedWindows
{
    private const string File = "hiberfil.sys";

    /// <summary>The signature of a hibernation image; after waking, Windows replaces it.</summary>
    private static readonly byte[] s_mark = "hibr"u8.ToArray();

    /// <summary>One warning for each partition that holds a hibernated Windows.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<ProbedDevice> devices) =>
        devices.Where(device => device.Type == "ntfs" && IsIn(device.Path))
            .Select(device => $"{device.Path} holds a hibernated Windows (its fast start-up also hibernates): do not write to it from a desktop; choose Restart instead of Shut down in Windows to end this");

    /// <summary>True if a device or image file holds a hibernated Windows; false also if it cannot be read.</summary>
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
