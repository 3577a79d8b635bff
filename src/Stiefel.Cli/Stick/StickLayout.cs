namespace Stiefel.Cli.Stick;

/// <summary>The partition table of a stick.</summary>
internal enum StickLayout
{
    /// <summary>A master boot record with an active FAT32 partition, which most machines start from.</summary>
    Mbr,

    /// <summary>A GUID partition table. Its protective MBR entry is active, because some BIOSes do not list the stick otherwise.</summary>
    Gpt,
}
