namespace Stiefel.Server.Configuration;

/// <summary>A setting that cannot be used. The message is one line: which setting, where it came from, what was expected. Exit code 2.</summary>
public sealed class SettingsException(string message) : Exception(message);
