using System.Globalization;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Speaker;

/// <summary>Event devices that can make a sound, by what sysfs says of them: in a ramdisk there is no udev that would name them.</summary>
internal static class SoundDevices
{
    private const int Most = 256;
    private const string Event = "event";

    /// <summary>The kernel's names, `event3`; none on a machine without a speaker, or without a driver of it.</summary>
    /// <param name="inputs">/sys/class/input.</param>
    public static IReadOnlyList<string> Find(string inputs) =>
        [.. (SysfsText.List(inputs, Most) ?? []).Where(name => name.StartsWith(Event, StringComparison.Ordinal) && MakesSounds(Path.Combine(inputs, name, "device")))];

    /// <summary>Also without evdev, which makes the event devices: the console's own tone does not need it.</summary>
    public static bool AreThere(string inputs) => (SysfsText.List(inputs, Most) ?? []).Any(name => MakesSounds(Path.Combine(inputs, name)) || MakesSounds(Path.Combine(inputs, name, "device")));

    // A bit for each sound, in hexadecimal.
    private static bool MakesSounds(string device) =>
        ulong.TryParse(SysfsText.Read(Path.Combine(device, "capabilities/snd")), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sounds) && sounds != 0;
}
