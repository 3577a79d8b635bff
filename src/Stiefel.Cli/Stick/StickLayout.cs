namespace Stiefel.Cli.Stick;

/// <summary>The partition table of a stick.</summary>
internal enum StickLayout
{
    /// <summary>Sector 0 alone, with an active FAT32 partition: the one that most machines take.</summary>
    Mbr,

    /// <summary>GUID partition table, with the protective entry active, without which some BIOSes do not list the stick.</summary>
    Gpt,
}
