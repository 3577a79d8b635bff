using Stiefel.Linux.Files;

namespace Stiefel.Linux.Speaker;

/// <summary>The lights of caps, num and scroll lock, which even a laptop without a speaker has (Documentation/leds/leds-class.rst).</summary>
/// <param name="directory">The directory of lights in sysfs.</param>
public sealed class KeyboardLights(string directory = KeyboardLights.DefaultDirectory)
{
    /// <summary>The directory of lights in sysfs.</summary>
    public const string DefaultDirectory = "/sys/class/leds";

    private const int Most = 256;
    private static readonly string[] s_locks = ["capslock", "numlock", "scrolllock"];

    /// <summary>Lights them all.</summary>
    public void Light() => Set(_ => "none", "1");

    /// <summary>Returns them to their purpose, and so ends also what a dead process left lit.</summary>
    public void Restore() => Set(name => $"kbd-{name}", "0");

    // A light without its trigger stays as it is set. It goes out when it loses its trigger, and follows the trigger's state when it gets it back, so the order matters.
    private void Set(Func<string, string> trigger, string brightness)
    {
        foreach (var light in SysfsText.List(directory, Most) ?? [])
        {
            if (Array.Find(s_locks, name => light.EndsWith("::" + name, StringComparison.Ordinal)) is { } name)
            {
                var lit = brightness == "1";
                _ = lit && SysfsText.TryWrite(Path.Combine(directory, light, "trigger"), trigger(name));
                _ = SysfsText.TryWrite(Path.Combine(directory, light, "brightness"), brightness);
                _ = !lit && SysfsText.TryWrite(Path.Combine(directory, light, "trigger"), trigger(name));
            }
        }
    }
}
