using Stiefel.Cli.Ramdisk.Packing;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Everything in a ramdisk except the kernel and its modules.</summary>
/// <param name="Start">The archive that the kernel unpacks first.</param>
/// <param name="Usr">The file system of /usr.</param>
/// <param name="Programs">Stiefel's own programs in it.</param>
/// <param name="Packages">Versions of the Debian packages from which it was made.</param>
internal sealed record RamdiskPrograms(PackedPart Start, PackedPart Usr, SortedDictionary<string, ManifestFile> Programs, SortedDictionary<string, string> Packages);
