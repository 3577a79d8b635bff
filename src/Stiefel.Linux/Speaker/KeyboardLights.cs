using Stiefel.Linux.Files;

namespace Stiefel.Linux.Speaker;

/// <summary>The lights of caps, num and scroll lock: what every laptop has, also one without a speaker (Documentation/leds/leds-class.rst).</summary>
/// <param name="directory">/sys/class/leds.</param>
public sealed class KeyboardLights(string directory = KeyboardLights.DefaultDirectory)
{
    /// <summary>Where sysfs has them.</summary>
    public const string DefaultDirectory = "/sys/class/leds";

    private const int Most = 256;
    private static readonly string[] s_locks = ["capslock", "numlock", "scrolllock"];

    /// <summary>Lights them all.</summary>
    public void Light() => Set(_ => "none", "1");

    /// <summary>Puts them out, and has them show again what they are for. Also what a process that died left alight.</summary>
    public void Restore() => Set(name => $"kbd-{name}", "0");

    // Without its trigger a light stays as it is set. One that loses its trigger goes out, and one that gets it back takes its state, so the order matters.
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
