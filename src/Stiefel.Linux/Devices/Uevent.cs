using System.Text;

namespace Stiefel.Linux.Devices;

/// <summary>A kernel message about a device (lib/kobject_uevent.c): `add@/devices/…`, then KEY=value strings, each ended by a zero byte.</summary>
/// <param name="Action">`add`, `remove`, `change`, `move`, `bind`, `unbind` and so on.</param>
/// <param name="DevicePath">The device's path below /sys.</param>
/// <param name="Subsystem">`net`, `block`, `usb` and so on; empty if none.</param>
/// <param name="Variables">All KEY=value pairs.</param>
public sealed record Uevent(string Action, string DevicePath, string Subsystem, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Parses a datagram; null if it is not a kernel uevent, such as udev's own messages (they begin with `libudev`).</summary>
    internal static Uevent? Parse(ReadOnlySpan<byte> datagram)
    {
        var fields = Encoding.UTF8.GetString(datagram).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var at = fields.Length == 0 ? -1 : fields[0].IndexOf('@', StringComparison.Ordinal);
        if (at <= 0)
        {
            return null;
        }

        Dictionary<string, string> variables = [];
        foreach (var field in fields.AsSpan(1))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[field[..equals]] = field[(equals + 1)..];
            }
        }

        return new(fields[0][..at], fields[0][(at + 1)..], variables.GetValueOrDefault("SUBSYSTEM", ""), variables);
    }
}
