namespace Stiefel.Linux.Mounts;

/// <summary>What a block device holds, as blkid sees it (man 8 blkid); what it does not say is empty.</summary>
public sealed record ProbedDevice
{
    /// <summary>The device node.</summary>
    public required string Path { get; init; }

    /// <summary>Other names that the system it belongs to has for it: /dev/mapper/vg-root.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What a person would call it, if not <see cref="Path"/>: `vg/root`, `in /dev/sda3`.</summary>
    public string Title { get; init; } = "";

    /// <summary>`ext4`, `vfat`, `crypto_LUKS`, `LVM2_member`, …</summary>
    public string Type { get; init; } = "";

    /// <summary>`filesystem`, `crypto`, `raid` or `other`.</summary>
    public string Usage { get; init; } = "";

    /// <summary>The file system's UUID.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The file system's label.</summary>
    public string Label { get; init; } = "";

    /// <summary>The partition's UUID in its table.</summary>
    public string PartUuid { get; init; } = "";

    /// <summary>The partition's name in its table (GPT only).</summary>
    public string PartLabel { get; init; } = "";

    /// <summary>The partition's type: a UUID in GPT, `0x83` in MBR.</summary>
    public string PartType { get; init; } = "";

    /// <summary>Counted from 1; 0 if it is no partition.</summary>
    public int PartNumber { get; init; }

    /// <summary>Type of the table that names the partition: `gpt`, `dos`.</summary>
    public string PartScheme { get; init; } = "";

    /// <summary>Type of the partition table the device itself begins with: `gpt`, `dos`.</summary>
    public string TableType { get; init; } = "";

    /// <summary>Identifier of that table.</summary>
    public string TableUuid { get; init; } = "";
}
