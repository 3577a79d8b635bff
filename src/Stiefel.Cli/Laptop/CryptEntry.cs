namespace Stiefel.Cli.Laptop;

/// <summary>A line of crypttab(5).</summary>
/// <param name="Name">The name of the opened volume.</param>
/// <param name="Source">The encrypted device as written in the file.</param>
/// <param name="KeyFile">The key file; `none` or `-` for a passphrase.</param>
/// <param name="Options">The options, split at commas.</param>
internal sealed record CryptEntry(string Name, string Source, string KeyFile, IReadOnlyList<string> Options)
{
    private static readonly string[] s_optional = ["noauto", "nofail"];

    /// <summary>True if the system starts without the volume.</summary>
    public bool IsOptional => Options.Any(option => s_optional.Contains(option, StringComparer.Ordinal));

    /// <summary>True if the laptop's TPM opens the volume.</summary>
    public bool UsesTpm => Options.Any(option => option.StartsWith("tpm2-device=", StringComparison.Ordinal));

    /// <summary>Reads all lines of the file.</summary>
    public static IReadOnlyList<CryptEntry> Of(LaptopTree tree) =>
    [
        .. tree.Lines("etc/crypttab").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length >= 2 && !fields[0].StartsWith('#'))
            .Select(fields => new CryptEntry(fields[0], fields[1], fields.Length > 2 ? fields[2] : "none", fields.Length > 3 ? fields[3].Split(',') : [])),
    ];
}
