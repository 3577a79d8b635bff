namespace Stiefel.Server.Configuration;

/// <summary>A setting that cannot be used. The message is one line: which setting, where it came from, what was expected. Exit code 2.</summary>
public class SettingsException(string message) : Exception(message);

/// <summary>Settings that could be used, but not safely, because others on this machine can read or change what they name. Exit code 3.</summary>
public sealed class UnsafeSettingsException(string message) : SettingsException(message);
