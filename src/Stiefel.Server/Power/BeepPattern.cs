using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;

namespace Stiefel.Server.Power;

/// <summary>How a state sounds: the worse, the higher, the more and the oftener, so that nobody need know it by heart.</summary>
/// <param name="Tones">One after the other.</param>
/// <param name="Every">It sounds again after this time; null for once.</param>
internal sealed record BeepPattern(IReadOnlyList<Tone> Tones, TimeSpan? Every)
{
    private static readonly Dictionary<PowerState, BeepPattern> s_patterns = new()
    {
        // Low and long, once.
        [PowerState.Unknown] = new([Tone(220, 600)], null),

        // Upwards, once: all is well again.
        [PowerState.OnAc] = new([Tone(660), Tone(990)], null),
        [PowerState.OnBattery] = new([Tone(440), Tone(440)], TimeSpan.FromMinutes(5)),
        [PowerState.Low] = new([Tone(880), Tone(880), Tone(880)], TimeSpan.FromMinutes(1)),
        [PowerState.Critical] = new([Tone(1760), Tone(1320), Tone(1760), Tone(1320), Tone(1760), Tone(1320)], TimeSpan.FromSeconds(10)),
    };

    public static BeepPattern Of(PowerState state) => s_patterns[state];

    private static Tone Tone(int hertz, int milliseconds = 200) => new(hertz, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(100));
}
