namespace Stiefel.Nbd.Devices;

/// <summary>A run of bytes that is all data, or all a hole that reads as zeroes. The length is in bytes.</summary>
public readonly record struct BlockExtent(long Length, bool IsHole);
