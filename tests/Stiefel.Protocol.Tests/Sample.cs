using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests;

/// <summary>Arbitrary values for tests.</summary>
internal static class Sample
{
    /// <summary>Number of tries for a property; STIEFEL_FUZZ_N raises it.</summary>
    public static long Tries(long usual) =>
        long.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), out var n) ? Math.Max(n, usual) : usual;

    public static BootManifest Manifest { get; } = new()
    {
        Title = "Debian GNU/Linux 12",
        Laptop = "wren",
        Kernel = new BootFile(8_000_000, new string('a', 64)),
        Initrd = new BootFile(200_000_000, new string('b', 64)),
        CommandLine = "root=UUID=0d2c ro quiet",
        KernelRelease = "6.1.0-30-amd64",
        DriversAvailable = true,
    };

    public static LaptopIdentity Laptop { get; } = LaptopIdentity.Of("0123456789abcdef", "wren");

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static SharedKey Key(int seed = 1, int size = SharedKey.Size) => SharedKey.FromBytes(Bytes(size, seed), $"key {seed}");

    public static byte[] FlipBit(byte[] bytes, int bit)
    {
        var copy = (byte[])bytes.Clone();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }
}
