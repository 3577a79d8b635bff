namespace Stiefel.Linux.Speaker;

/// <summary>A sound and the silence after it.</summary>
/// <param name="Hertz">How high, 20 to 20000.</param>
/// <param name="Length">How long it sounds, at most a minute.</param>
/// <param name="Pause">How long nothing does then.</param>
public sealed record Tone(int Hertz, TimeSpan Length, TimeSpan Pause);
