using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stiefel.Protocol.Crypto;

/// <summary>Exclusive or of byte ranges, with wide instructions where the processor has them.</summary>
internal static class Xor
{
    /// <summary>Computes target ^= mask; both must have the same length.</summary>
    public static void Into(Span<byte> target, ReadOnlySpan<byte> mask) => Combine(target, mask, target);

    /// <summary>Computes output = left ^ right; all must have the same length, and output may be one of the inputs.</summary>
    public static void Combine(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> output)
    {
        if (left.Length != right.Length || left.Length != output.Length)
        {
            throw new ArgumentException("ranges differ in length");
        }

        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        ref var o = ref MemoryMarshal.GetReference(output);
        var i = 0;
        for (; i <= output.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            (Vector256.LoadUnsafe(ref l, (nuint)i) ^ Vector256.LoadUnsafe(ref r, (nuint)i)).StoreUnsafe(ref o, (nuint)i);
        }

        for (; i < output.Length; i++)
        {
            output[i] = (byte)(left[i] ^ right[i]);
        }
    }
}
