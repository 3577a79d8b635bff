using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;

namespace Stiefel.Server.Power;

/// <summary>The sound of a state: the worse the state, the higher, more and more frequent the beeps, so that no one has to learn them.</summary>
/// <param name="Tones">The tones, one after the other.</param>
/// <param name="Every">The pattern is repeated after this time; null to sound once.</param>
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
