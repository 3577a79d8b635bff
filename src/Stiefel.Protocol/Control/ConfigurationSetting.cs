namespace Stiefel.Protocol.Control;

/// <summary>A setting of the server.</summary>
/// <param name="Name">`Section:Key`.</param>
/// <param name="Value">As it counts; null if it is not set, or a secret.</param>
/// <param name="Origin">Where it stands: `command line`, `environment`, `/proc/cmdline`, a file's path, or `default`.</param>
/// <param name="Secret">It is set and not shown: who knows it reaches what it protects.</param>
public sealed record ConfigurationSetting(string Name, string? Value, string Origin, bool Secret);
