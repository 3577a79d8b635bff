namespace Stiefel.Server.Configuration;

/// <summary>A setting's effective value.</summary>
/// <param name="Key">`Section:Key`.</param>
/// <param name="Value">The value; null if there is none.</param>
/// <param name="Origin">The source that gave it, or <see cref="Default"/>.</param>
public sealed record SettingValue(string Key, string? Value, string Origin)
{
    /// <summary>The origin of a value that was not set.</summary>
    public const string Default = "default";

    // The name of an open export gives access to the disk. Other settings only name files that hold secrets.
    private const string ExportName = "Nbd:ExportName";

    /// <summary>True if the value is a secret, which gives access to something.</summary>
    public bool IsSecret => Key.Equals(ExportName, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(Value);
}
