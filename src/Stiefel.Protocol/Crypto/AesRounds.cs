using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// AES-256 (FIPS 197) with the processor's own instructions, eight blocks at a time. An instruction takes several cycles, but a new one
/// can start in every cycle, so eight independent blocks take hardly longer than one. The platform's AES does that for ECB only; a chain
/// such as OMAC would go block by block.
/// </summary>
internal sealed class AesRounds : IDisposable
{
    /// <summary>Size of a key in bytes.</summary>
    public const int KeySize = 32;

    private const int Rounds = 14;

    // Pinned, so that the garbage collector leaves no copy behind when it moves memory.
    private readonly Vector128<byte>[] _keys = GC.AllocateArray<Vector128<byte>>(Rounds + 1, pinned: true);
    private bool _disposed;

    /// <param name="key">32 bytes; copied.</param>
    /// <exception cref="PlatformNotSupportedException">The processor lacks the instructions; see <see cref="IsSupported"/>.</exception>
    public AesRounds(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        var k = _keys;
        k[0] = Vector128.Create(key[..16]);
        k[1] = Vector128.Create(key[16..]);
        Expand(2, X86Aes.KeygenAssist(k[1], 0x01));
        Expand(4, X86Aes.KeygenAssist(k[3], 0x02));
        Expand(6, X86Aes.KeygenAssist(k[5], 0x04));
        Expand(8, X86Aes.KeygenAssist(k[7], 0x08));
        Expand(10, X86Aes.KeygenAssist(k[9], 0x10));
        Expand(12, X86Aes.KeygenAssist(k[11], 0x20));
        k[14] = Chain(k[12], Word3(X86Aes.KeygenAssist(k[13], 0x40)));
    }

    /// <summary>Whether this processor has the instructions; x86-64 has had them since about 2010.</summary>
    public static bool IsSupported => X86Aes.IsSupported && Ssse3.IsSupported;

    /// <summary>Encrypts eight blocks in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the blocks stay in registers
    public void EncryptEight(
        ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d,
        ref Vector128<byte> e, ref Vector128<byte> f, ref Vector128<byte> g, ref Vector128<byte> h)
    {
        ref var keys = ref MemoryMarshal.GetArrayDataReference(_keys);
        var key = keys;
        (a, b, c, d, e, f, g, h) = (a ^ key, b ^ key, c ^ key, d ^ key, e ^ key, f ^ key, g ^ key, h ^ key);
        // Unrolled: a loop's own instructions would compete with these, even more so where two threads share a core.
        Round(Unsafe.Add(ref keys, 1), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 2), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 3), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 4), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 5), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 6), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 7), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 8), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 9), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 10), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 11), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 12), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        Round(Unsafe.Add(ref keys, 13), ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        key = Unsafe.Add(ref keys, Rounds);
        a = X86Aes.EncryptLast(a, key);
        b = X86Aes.EncryptLast(b, key);
        c = X86Aes.EncryptLast(c, key);
        d = X86Aes.EncryptLast(d, key);
        e = X86Aes.EncryptLast(e, key);
        f = X86Aes.EncryptLast(f, key);
        g = X86Aes.EncryptLast(g, key);
        h = X86Aes.EncryptLast(h, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector128<byte> key, ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d,
        ref Vector128<byte> e, ref Vector128<byte> f, ref Vector128<byte> g, ref Vector128<byte> h)
    {
        a = X86Aes.Encrypt(a, key);
        b = X86Aes.Encrypt(b, key);
        c = X86Aes.Encrypt(c, key);
        d = X86Aes.Encrypt(d, key);
        e = X86Aes.Encrypt(e, key);
        f = X86Aes.Encrypt(f, key);
        g = X86Aes.Encrypt(g, key);
        h = X86Aes.Encrypt(h, key);
    }

    /// <summary>Prevents encryption under the zeros that a disposed key leaves behind. Called once per text, not per block.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    /// <summary>Overwrites the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_keys.AsSpan()));
    }

    // Key expansion of FIPS 197 §5.2 for a key of eight words: two round keys from the previous two.
    private void Expand(int at, Vector128<byte> assist)
    {
        _keys[at] = Chain(_keys[at - 2], Word3(assist));
        _keys[at + 1] = Chain(_keys[at - 1], Word2(X86Aes.KeygenAssist(_keys[at], 0)));
    }

    // Each word becomes the exclusive or of itself, all words before it, and the assist word.
    private static Vector128<byte> Chain(Vector128<byte> previous, Vector128<byte> assist)
    {
        previous ^= Sse2.ShiftLeftLogical128BitLane(previous, 4);
        previous ^= Sse2.ShiftLeftLogical128BitLane(previous, 8);
        return previous ^ assist;
    }

    private static Vector128<byte> Word3(Vector128<byte> assist) => Sse2.Shuffle(assist.AsInt32(), 0xFF).AsByte();

    private static Vector128<byte> Word2(Vector128<byte> assist) => Sse2.Shuffle(assist.AsInt32(), 0xAA).AsByte();
}
