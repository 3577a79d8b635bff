using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Plans a first key, for the first stick.</summary>
internal static class KeyPart
{
    private const string Name = "stick";

    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, Func<byte[]> makeKey) =>
        laptop.Tree.Names(KeyDirectory.DefaultPath).Any(name => name.EndsWith(KeyDirectory.Extension, StringComparison.Ordinal))
            ? []
            : [new PlannedFile($"{KeyDirectory.DefaultPath}/{Name}{KeyDirectory.Extension}", $"a key for a stick; to write the stick: stiefel setup-client-usbdrive --image stick.img --key {Name}") { Content = makeKey(), Mode = PlannedFile.Private }];
}
