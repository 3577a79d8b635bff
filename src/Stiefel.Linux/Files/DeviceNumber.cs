using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Files;

/// <summary>The major and minor number of a device (man 3 makedev).</summary>
public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary>The form in sysfs and mountinfo: `8:1`.</summary>
    public override string ToString() => $"{Major}:{Minor}";

    /// <summary>Parses `8:1`; false if the text is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DeviceNumber number)
    {
        var colon = text.IndexOf(':');
        uint major = 0, minor = 0;
        var valid = colon > 0
            && uint.TryParse(text[..colon], out major)
            && uint.TryParse(text[(colon + 1)..], out minor);
        number = new DeviceNumber(major, minor);
        return valid;
    }

    /// <summary>The number of the block device at the path, following links; null if there is no block device.</summary>
    public static DeviceNumber? OfBlockDevice(string path)
    {
        (int type, DeviceNumber number)? file = TryStat(path);
        return file is { type: SysStat.S_IFBLK } device ? device.number : null;
    }

    internal static unsafe (int Type, DeviceNumber Number)? TryStat(string path)
    {
        SysStat.statx stat;
        if (SysStat.statx_at(SysStat.AT_FDCWD, path, 0, SysStat.STATX_TYPE, &stat) != 0)
        {
            return null;
        }

        return (stat.stx_mode & SysStat.S_IFMT, new DeviceNumber(stat.stx_rdev_major, stat.stx_rdev_minor));
    }

    internal static (int Type, DeviceNumber Number) Stat(string path) =>
        TryStat(path) ?? throw new LinuxException($"statx(\"{path}\")", Marshal.GetLastPInvokeError());
}
