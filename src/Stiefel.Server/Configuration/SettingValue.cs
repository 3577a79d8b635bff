namespace Stiefel.Server.Configuration;

/// <summary>A setting as it counts.</summary>
/// <param name="Key">`Section:Key`.</param>
/// <param name="Value">Null if it has none.</param>
/// <param name="Origin">The source that gave it, or <see cref="Default"/>.</param>
public sealed record SettingValue(string Key, string? Value, string Origin)
{
    /// <summary>The origin of a value that nobody gave.</summary>
    public const string Default = "default";

    // Knowing an open export's name is having the disk. All other settings name files that hold secrets, not secrets.
    private const string ExportName = "Nbd:ExportName";

    /// <summary>Knowing it opens something.</summary>
    public bool IsSecret => Key.Equals(ExportName, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(Value);
}
