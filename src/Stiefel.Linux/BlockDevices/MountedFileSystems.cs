using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.BlockDevices;

/// <summary>Mounts of a disk, from /proc/self/mountinfo (man 5 proc_pid_mountinfo).</summary>
internal static class MountedFileSystems
{
    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    // (1)(2)(3)   (4)   (5)      (6)      (7)   (8) (9)   (10)         (11)
    private const int DeviceField = 2;
    private const int MountPointField = 4;

    /// <summary>One reason for each mount whose device or source belongs to the family.</summary>
    public static IEnumerable<DiskUseReason> Find(DiskFamily family, IEnumerable<string> mountinfo)
    {
        foreach (var line in mountinfo)
        {
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-");
            if (separator <= MountPointField || fields.Length < separator + 3)
            {
                continue;
            }

            // btrfs shows an anonymous device number; only its source tells the disk.
            var source = Unescape(fields[separator + 2]);
            DeviceNumber? number = DeviceNumber.TryParse(fields[DeviceField], out var mounted) ? mounted : null;
            if (family.TryFind(number, out var name) || family.TryFind(NumberOfSource(source), out name))
            {
                var where = Unescape(fields[MountPointField]);
                yield return new DiskUseReason(DiskUseKind.Mounted, $"/dev/{name} is mounted on {where} ({fields[separator + 1]}): unmount it");
            }
        }
    }

    private static DeviceNumber? NumberOfSource(string source) =>
        source.StartsWith("/dev/", StringComparison.Ordinal) ? DeviceNumber.OfBlockDevice(source) : null;

    /// <summary>Decodes space, tab, newline and backslash, which are written as three octal digits.</summary>
    internal static string Unescape(string text)
    {
        if (!text.Contains('\\'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && IsOctal(text[i + 1]) && IsOctal(text[i + 2]) && IsOctal(text[i + 3]))
            {
                result.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}
