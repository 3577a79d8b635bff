namespace Stiefel.Linux.Mounts;

/// <summary>A partition as sysfs shows it.</summary>
/// <param name="Name">The kernel's name: `sda1`, `nvme0n1p2`.</param>
/// <param name="Path">Its device node.</param>
/// <param name="Number">Counted from 1.</param>
/// <param name="StartBytes">Offset on the disk.</param>
/// <param name="SizeBytes">Its size.</param>
public sealed record DiskPartition(string Name, string Path, int Number, long StartBytes, long SizeBytes);
