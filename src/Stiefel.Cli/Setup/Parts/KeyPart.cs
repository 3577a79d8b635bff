using System.Security.Cryptography;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Plans the first keys: one for the first stick, and one for the boot entry.</summary>
internal static class KeyPart
{
    /// <summary>The file of the boot entry's key.</summary>
    public const string MenuPath = $"{KeyDirectory.DefaultPath}/{EntryKeys.Name}{KeyDirectory.Extension}";

    private const string Name = "stick";

    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, Func<byte[]> makeKey) =>
        laptop.Tree.Names(KeyDirectory.DefaultPath).Any(name => name.EndsWith(KeyDirectory.Extension, StringComparison.Ordinal) && name != Path.GetFileName(MenuPath))
            ? []
            : [new PlannedFile($"{KeyDirectory.DefaultPath}/{Name}{KeyDirectory.Extension}", $"a key for a stick; to write the stick: stiefel setup-client-usbdrive --image stick.img --key {Name}") { Content = makeKey(), Mode = PlannedFile.Private }];

    /// <summary>
    /// Plans the key of the boot entry, which lies where the boot loader reads it. Its 16 bytes can be typed on a desktop as a pairing code
    /// (docs/security.md#keys-of-the-boot-entry).
    /// </summary>
    public static IEnumerable<PlannedFile> OfMenu(LaptopFacts laptop) =>
        laptop.Tree.HasName(MenuPath) || laptop.Tree.Names(KeyDirectory.DefaultPath).Count(name => name.EndsWith(KeyDirectory.Extension, StringComparison.Ordinal)) >= SharedKey.MaxAccepted
            ? []
            : [new PlannedFile(MenuPath, $"a key for starts from the boot menu, to be typed on a desktop; to see it: stiefel key show {EntryKeys.Name} --pairing") { Content = RandomNumberGenerator.GetBytes(SharedKey.OldSize), Mode = PlannedFile.Private }];
}
