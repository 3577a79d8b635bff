using System.Security.Cryptography;
using Konscious.Security.Cryptography;

namespace Stiefel.Keys;

/// <summary>What one guess at a passphrase costs: the parameters of Argon2id (RFC 9106), as they stand in the key's file.</summary>
/// <param name="MemoryKiB">Memory, KiB.</param>
/// <param name="Passes">Passes over it.</param>
/// <param name="Lanes">Threads.</param>
public sealed record PassphraseCost(int MemoryKiB, int Passes, int Lanes)
{
    /// <summary>Above the desktop's ramdisk in 512 MiB would have no room.</summary>
    public const int MaxMemoryKiB = 256 * 1024;

    /// <summary>Below a guess would cost next to nothing.</summary>
    public const int MinMemoryKiB = 8 * 1024;

    /// <summary>Most passes over the memory that a file may ask for.</summary>
    public const int MaxPasses = 32;
    /// <summary>Most lanes that a file may ask for.</summary>
    public const int MaxLanes = 16;

    /// <summary>RFC 9106 §4, the second recommended option: 64 MiB, 3 passes, 4 lanes; a quarter of a second.</summary>
    public static PassphraseCost Usual { get; } = new(64 * 1024, 3, 4);

    /// <summary>No guess is for free, and no file can make its reader run out of memory.</summary>
    public bool IsWithinLimits =>
        MemoryKiB is >= MinMemoryKiB and <= MaxMemoryKiB && Passes is >= 1 and <= MaxPasses && Lanes is >= 1 and <= MaxLanes;

    /// <summary>Argon2id; 32 bytes.</summary>
    internal byte[] Derive(byte[] passphrase, byte[] salt)
    {
        using var argon = new Argon2id(passphrase) { Salt = salt, MemorySize = MemoryKiB, Iterations = Passes, DegreeOfParallelism = Lanes };
        return argon.GetBytes(Protocol.Keys.SharedKey.Size);
    }
}
