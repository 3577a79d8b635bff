using Stiefel.Cli.Ramdisk.Packing;

namespace Stiefel.Cli.Ramdisk;

/// <summary>All of a ramdisk that is no kernel and none of its modules.</summary>
/// <param name="Start">The archive that the kernel unpacks first.</param>
/// <param name="Usr">/usr.</param>
/// <param name="Programs">Our own programs in it.</param>
/// <param name="Packages">Versions of the Debian packages that it was made of.</param>
internal sealed record RamdiskPrograms(PackedPart Start, PackedPart Usr, SortedDictionary<string, ManifestFile> Programs, SortedDictionary<string, string> Packages);
