namespace Stiefel.Cli.Laptop;

/// <summary>A line of crypttab(5).</summary>
/// <param name="Name">What the opened volume is called.</param>
/// <param name="Source">As it is written.</param>
/// <param name="KeyFile">`none` and `-` for a passphrase.</param>
/// <param name="Options">Between the commas.</param>
internal sealed record CryptEntry(string Name, string Source, string KeyFile, IReadOnlyList<string> Options)
{
    private static readonly string[] s_optional = ["noauto", "nofail"];

    /// <summary>The system starts without it.</summary>
    public bool IsOptional => Options.Any(option => s_optional.Contains(option, StringComparer.Ordinal));

    /// <summary>The laptop's TPM opens it.</summary>
    public bool UsesTpm => Options.Any(option => option.StartsWith("tpm2-device=", StringComparison.Ordinal));

    /// <summary>The lines.</summary>
    public static IReadOnlyList<CryptEntry> Of(LaptopTree tree) =>
    [
        .. tree.Lines("etc/crypttab").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length >= 2 && !fields[0].StartsWith('#'))
            .Select(fields => new CryptEntry(fields[0], fields[1], fields.Length > 2 ? fields[2] : "none", fields.Length > 3 ? fields[3].Split(',') : [])),
    ];
}
