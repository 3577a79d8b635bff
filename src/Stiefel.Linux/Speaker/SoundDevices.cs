using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Speaker;

/// <summary>Finds event devices that can make a sound, by their attributes in sysfs: in a ramdisk there is no udev to name them.</summary>
internal static class SoundDevices
{
    private const int Most = 256;
    private const string Event = "event";

    /// <summary>The kernel's names, such as `event3`; none on a machine without a speaker or without its driver.</summary>
    /// <param name="inputs">The directory of input devices in sysfs.</param>
    public static IReadOnlyList<string> Find(string inputs) =>
        [.. (SysfsText.List(inputs, Most) ?? []).Where(name => name.StartsWith(Event, StringComparison.Ordinal) && MakesSounds(Path.Combine(inputs, name, "device")))];

    /// <summary>True if there is a sound device, even without evdev, which makes the event devices: the console's tone does not need it.</summary>
    public static bool AreThere(string inputs) => (SysfsText.List(inputs, Most) ?? []).Any(name => MakesSounds(Path.Combine(inputs, name)) || MakesSounds(Path.Combine(inputs, name, "device")));

    // The attribute has a bit for each sound, in hexadecimal.
    private static bool MakesSounds(string device) =>
        ulong.TryParse(SysfsText.Read(Path.Combine(device, "capabilities/snd")), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sounds) && sounds != 0;
}
