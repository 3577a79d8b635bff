namespace Stiefel.Linux.Mounts;

/// <summary>A partition as sysfs shows it.</summary>
/// <param name="Name">The kernel's name: `sda1`, `nvme0n1p2`.</param>
/// <param name="Path">The device node.</param>
/// <param name="Number">The partition's number, counted from 1.</param>
/// <param name="StartBytes">Offset on the disk, in bytes.</param>
/// <param name="SizeBytes">Size in bytes.</param>
public sealed record DiskPartition(string Name, string Path, int Number, long StartBytes, long SizeBytes);
