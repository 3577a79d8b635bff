using System.Security.Cryptography;
using Konscious.Security.Cryptography;

namespace Stiefel.Keys;

/// <summary>The cost of one guess at a passphrase: the parameters of Argon2id (RFC 9106) in the key's file.</summary>
/// <param name="MemoryKiB">Memory in KiB.</param>
/// <param name="Passes">Number of passes over the memory.</param>
/// <param name="Lanes">Number of parallel threads.</param>
public sealed record PassphraseCost(int MemoryKiB, int Passes, int Lanes)
{
    /// <summary>Largest memory in KiB; more would not fit beside the ramdisk on a desktop with 512 MiB.</summary>
    public const int MaxMemoryKiB = 256 * 1024;

    /// <summary>Smallest memory in KiB; with less, a guess would cost almost nothing.</summary>
    public const int MinMemoryKiB = 8 * 1024;

    /// <summary>Largest number of passes that a file may ask for.</summary>
    public const int MaxPasses = 32;
    /// <summary>Largest number of lanes that a file may ask for.</summary>
    public const int MaxLanes = 16;

    /// <summary>The second recommended option of RFC 9106 §4: 64 MiB, 3 passes, 4 lanes. Takes a quarter of a second.</summary>
    public static PassphraseCost Usual { get; } = new(64 * 1024, 3, 4);

    /// <summary>True if a guess has a real cost and the file cannot make its reader run out of memory.</summary>
    public bool IsWithinLimits =>
        MemoryKiB is >= MinMemoryKiB and <= MaxMemoryKiB && Passes is >= 1 and <= MaxPasses && Lanes is >= 1 and <= MaxLanes;

    /// <summary>Derives 32 bytes by Argon2id.</summary>
    internal byte[] Derive(byte[] passphrase, byte[] salt)
    {
        using var argon = new Argon2id(passphrase) { Salt = salt, MemorySize = MemoryKiB, Iterations = Passes, DegreeOfParallelism = Lanes };
        return argon.GetBytes(Protocol.Keys.SharedKey.Size);
    }
}
