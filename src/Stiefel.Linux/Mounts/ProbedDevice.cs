namespace Stiefel.Linux.Mounts;

/// <summary>What a block device holds according to blkid (man 8 blkid); a value that blkid does not report is empty.</summary>
public sealed record ProbedDevice
{
    /// <summary>The device node.</summary>
    public required string Path { get; init; }

    /// <summary>Further names for it in the system on this disk: /dev/mapper/vg-root.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>A name for people, if <see cref="Path"/> is not one: `vg/root`, `in /dev/sda3`.</summary>
    public string Title { get; init; } = "";

    /// <summary>The content's type: `ext4`, `vfat`, `crypto_LUKS`, `LVM2_member` and so on.</summary>
    public string Type { get; init; } = "";

    /// <summary>The kind of content: `filesystem`, `crypto`, `raid` or `other`.</summary>
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

    /// <summary>The partition's number, counted from 1; 0 if it is not a partition.</summary>
    public int PartNumber { get; init; }

    /// <summary>Type of the partition table that lists this partition: `gpt`, `dos`.</summary>
    public string PartScheme { get; init; } = "";

    /// <summary>Type of the partition table on the device itself: `gpt`, `dos`.</summary>
    public string TableType { get; init; } = "";

    /// <summary>Identifier of the partition table on the device itself.</summary>
    public string TableUuid { get; init; } = "";
}
