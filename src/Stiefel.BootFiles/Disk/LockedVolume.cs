namespace Stiefel.BootFiles.Disk;

/// <summary>An encrypted volume (LUKS) whose passphrase is needed to read the boot files.</summary>
/// <param name="Device">The name that a person knows: a partition's node, or `group/volume`.</param>
/// <param name="Label">The label in its LUKS header; may be empty.</param>
/// <param name="Uuid">The UUID in its LUKS header; may be empty.</param>
public sealed record LockedVolume(string Device, string Label, string Uuid);
