namespace Stiefel.Nbd.Devices;

/// <summary>A run of bytes that are all alike: data, or a hole that reads as zeroes.</summary>
public readonly record struct BlockExtent(long Length, bool IsHole);
