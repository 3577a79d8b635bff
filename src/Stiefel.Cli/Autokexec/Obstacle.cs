using Stiefel.Protocol.Discovery;

namespace Stiefel.Cli.Autokexec;

/// <summary>What keeps the laptop from leaving.</summary>
/// <param name="Stage">What a desktop that calls is told.</param>
/// <param name="Text">One line for people at the laptop: what it is, and what to do.</param>
/// <param name="Brief">The same in at most <see cref="LaptopState.MaxTextBytes"/> bytes, for the desktop; what is longer is cut off.</param>
internal sealed record Obstacle(LaptopStage Stage, string Text, string Brief);
