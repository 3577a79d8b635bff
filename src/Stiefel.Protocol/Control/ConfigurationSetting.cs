namespace Stiefel.Protocol.Control;

/// <summary>A setting of the server.</summary>
/// <param name="Name">The setting's name, as `Section:Key`.</param>
/// <param name="Value">The value in effect; null if it is not set, or a secret.</param>
/// <param name="Origin">Where the value comes from: `command line`, `environment`, `/proc/cmdline`, a file's path, or `default`.</param>
/// <param name="Secret">True if the setting is set, but not shown because it is a secret.</param>
public sealed record ConfigurationSetting(string Name, string? Value, string Origin, bool Secret);
