namespace Stiefel.Linux.Speaker;

/// <summary>A sound and the silence after it.</summary>
/// <param name="Hertz">Frequency, 20 to 20000.</param>
/// <param name="Length">Length of the sound, at most a minute.</param>
/// <param name="Pause">Length of the silence after it.</param>
public sealed record Tone(int Hertz, TimeSpan Length, TimeSpan Pause);
