using System.Runtime.CompilerServices;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// A number modulo 2²⁵⁵ − 19, stored as sixteen 16-bit digits in 64-bit words, so that sums and products fit without carries in
/// between. No step depends on a value, so every operation takes the same time for all numbers.
/// </summary>
internal struct Field25519
{
    public const int Bytes = 32;

    private const int Count = 16;
    private const int DigitBits = 16;

    // 2^256 equals 38 modulo the prime.
    private const long Wrap = 38;

    private Digits _digits;

    [InlineArray(Count)]
    private struct Digits
    {
        private long _first;
    }

    /// <summary>Makes a field element from a number below 2^16.</summary>
    public static Field25519 Of(int small)
    {
        var number = default(Field25519);
        number._digits[0] = small;
        return number;
    }

    /// <summary>Reads 32 bytes in little-endian order; the highest bit is ignored (RFC 7748 §5).</summary>
    public static Field25519 Read(ReadOnlySpan<byte> bytes)
    {
        var number = default(Field25519);
        for (var i = 0; i < Count; i++)
        {
            number._digits[i] = bytes[2 * i] | ((long)bytes[(2 * i) + 1] << 8);
        }

        number._digits[Count - 1] &= 0x7fff;
        return number;
    }

    /// <summary>Writes the number, reduced to below the prime, in little-endian order.</summary>
    public readonly void Write(Span<byte> bytes)
    {
        var number = this;
        number.Carry();
        number.Carry();
        number.Carry();

        // The number is below 2^256 now, so subtracting the prime up to twice reduces it completely.
        number.ReduceOnce();
        number.ReduceOnce();
        for (var i = 0; i < Count; i++)
        {
            bytes[2 * i] = (byte)number._digits[i];
            bytes[(2 * i) + 1] = (byte)(number._digits[i] >> 8);
        }
    }

    public static Field25519 operator +(Field25519 left, Field25519 right)
    {
        for (var i = 0; i < Count; i++)
        {
            left._digits[i] += right._digits[i];
        }

        return left;
    }

    public static Field25519 operator -(Field25519 left, Field25519 right)
    {
        for (var i = 0; i < Count; i++)
        {
            left._digits[i] -= right._digits[i];
        }

        return left;
    }

    /// <summary>Multiplies. Each factor may be a product, or the sum or difference of two products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Field25519 operator *(Field25519 left, Field25519 right)
    {
        Span<long> product = stackalloc long[(2 * Count) - 1];
        product.Clear();
        ReadOnlySpan<long> factor = right._digits;
        for (var i = 0; i < Count; i++)
        {
            var digit = left._digits[i];
            var row = product[i..];
            for (var j = 0; j < factor.Length; j++)
            {
                row[j] += digit * factor[j];
            }
        }

        var result = default(Field25519);
        for (var i = 0; i < Count; i++)
        {
            result._digits[i] = product[i] + (i + Count < product.Length ? Wrap * product[i + Count] : 0);
        }

        product.Clear();
        result.Carry();
        result.Carry();
        return result;
    }

    /// <summary>Computes 1/x as x to the power of p − 2; the result for zero is zero.</summary>
    public readonly Field25519 Invert()
    {
        // All bits of p − 2 = 2^255 − 21 are set, except bits 2 and 4.
        var power = this;
        for (var bit = 253; bit >= 0; bit--)
        {
            power *= power;
            if (bit is not (2 or 4))
            {
                power *= this;
            }
        }

        return power;
    }

    /// <summary>Swaps two numbers if the bit is 1; takes the same time if it is 0.</summary>
    public static void Swap(ref Field25519 left, ref Field25519 right, long bit)
    {
        for (var i = 0; i < Count; i++)
        {
            var difference = -bit & (left._digits[i] ^ right._digits[i]);
            left._digits[i] ^= difference;
            right._digits[i] ^= difference;
        }
    }

    private void Carry()
    {
        for (var i = 0; i < Count; i++)
        {
            // The shift is arithmetic, so that negative digits borrow.
            var carry = _digits[i] >> DigitBits;
            _digits[i] -= carry << DigitBits;
            if (i < Count - 1)
            {
                _digits[i + 1] += carry;
            }
            else
            {
                _digits[0] += Wrap * carry;
            }
        }
    }

    private void ReduceOnce()
    {
        var less = this;
        long borrow = 0;
        for (var i = 0; i < Count; i++)
        {
            less._digits[i] += borrow - Prime(i);
            borrow = less._digits[i] >> DigitBits;
            less._digits[i] &= 0xffff;
        }

        // The borrow is −1 if the prime was the larger number; keep the old value then.
        Swap(ref this, ref less, 1 + borrow);
    }

    private static long Prime(int digit) => digit switch
    {
        0 => 0xffed,
        Count - 1 => 0x7fff,
        _ => 0xffff,
    };
}
