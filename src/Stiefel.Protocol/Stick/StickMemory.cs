using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Stick;

/// <summary>
/// The sector of a stick that says which laptop was booted last (docs/stick.md#the-last-laptop). It holds neither name nor id of the laptop: only holders of
/// the key can tell which one is meant, or write another.
/// </summary>
public sealed class StickMemory
{
    /// <summary>The kernel argument with the stick's number, by which the client finds the stick that started it.</summary>
    public const string Argument = "stiefel_stick";

    /// <summary>Size in bytes; one sector, which a drive writes as a whole.</summary>
    public const int Size = 512;

    /// <summary>The first byte on the drive: the last sector before the partition, which begins at 1 MiB and which no partition table uses.</summary>
    public const long Offset = (1 << 20) - Size;

    private const int NumberSize = 16, MarkSize = 32;

    //  0 "stiefel stick 1\n" · 16 number, 16 bytes · 32 mark of the laptop, 32 bytes, zeros for none · then zeros
    private static ReadOnlySpan<byte> Magic => "stiefel stick 1\n"u8;

    private readonly byte[] _number;
    private readonly byte[] _mark;

    private StickMemory(byte[] number, byte[] mark) => (_number, _mark) = (number, mark);

    /// <summary>The stick's random number, 32 lower-case hexadecimal digits.</summary>
    public string Number => Convert.ToHexStringLower(_number);

    /// <summary>Makes the memory of a new stick, which remembers no laptop.</summary>
    public static StickMemory Make() => new(RandomNumberGenerator.GetBytes(NumberSize), new byte[MarkSize]);

    /// <summary>Reads the sector; null if it is not one of a stick.</summary>
    public static StickMemory? Read(ReadOnlySpan<byte> sector) =>
        sector.Length == Size && sector.StartsWith(Magic) && !sector[(Magic.Length + NumberSize + MarkSize)..].ContainsAnyExcept((byte)0)
            ? new StickMemory(sector.Slice(Magic.Length, NumberSize).ToArray(), sector.Slice(Magic.Length + NumberSize, MarkSize).ToArray())
            : null;

    /// <summary>The sector, <see cref="Size"/> bytes.</summary>
    public byte[] ToSector()
    {
        var sector = new byte[Size];
        Magic.CopyTo(sector);
        _number.CopyTo(sector, Magic.Length);
        _mark.CopyTo(sector, Magic.Length + NumberSize);
        return sector;
    }

    /// <summary>True if this laptop was booted last with this key.</summary>
    /// <param name="key">The stick's key.</param>
    /// <param name="laptopId">The laptop's id, 16 hexadecimal digits.</param>
    /// <exception cref="FormatException">The id is not hexadecimal.</exception>
    public bool IsLast(SharedKey key, string laptopId) => CryptographicOperations.FixedTimeEquals(MarkOf(key, laptopId), _mark);

    /// <summary>Returns the memory of the same stick after a boot from this laptop.</summary>
    /// <param name="key">The stick's key.</param>
    /// <param name="laptopId">The laptop's id, 16 hexadecimal digits.</param>
    /// <exception cref="FormatException">The id is not hexadecimal.</exception>
    public StickMemory With(SharedKey key, string laptopId) => new(_number, MarkOf(key, laptopId));

    private byte[] MarkOf(SharedKey key, string laptopId)
    {
        var mark = new byte[MarkSize];
        key.Derive(KeyPurpose.StickMemory, [.. _number, .. Convert.FromHexString(laptopId)], mark);
        return mark;
    }
}
