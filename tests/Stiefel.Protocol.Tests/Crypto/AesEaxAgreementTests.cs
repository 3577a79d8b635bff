using System.Text;
using CsCheck;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tests.Crypto;

public sealed class AesEaxAgreementTests
{
    private static readonly Gen<byte[]> s_key = Gen.OneOf(Gen.Byte.Array[16], Gen.Byte.Array[32]);

    // Lengths around every boundary: a block, the scratch buffer, a segment.
    private static readonly Gen<int> s_length = Gen.OneOf(
        Gen.Int[0, 70],
        Gen.Int[16 * 1024 - 40, 16 * 1024 + 40],
        Gen.Int[32 * 1024 - 40, 32 * 1024 + 40],
        Gen.Int[64 * 1024 - 40, 64 * 1024 + 40],
        Gen.Int[0, 200_000]);

    [Fact]
    public void Seal_RandomInputs_AgreesWithBouncyCastle() =>
        Gen.Select(s_key, Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 80], s_length, Gen.Int).Sample(
            (key, nonce, header, length, seed) =>
            {
                var plain = Sample.Bytes(length, seed);
                var theirs = BouncyCastle(key, nonce, header, plain);
                return Ours(key, nonce, header, plain).AsSpan().SequenceEqual(theirs) && Ours(key, nonce, header, plain, wide: false).AsSpan().SequenceEqual(theirs);
            },
            iter: Sample.Tries(400));

    [Fact]
    public void TryOpen_OwnOutput_GivesInputBack() =>
        Gen.Select(s_key, Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 80], s_length, Gen.Int).Sample(
            (key, nonce, header, length, seed) =>
            {
                var plain = Sample.Bytes(length, seed);
                var whole = Ours(key, nonce, header, plain);
                using var eax = new AesEax(key);
                var opened = new byte[length];
                return eax.TryOpen(nonce, header, whole.AsSpan(..^16), whole.AsSpan(^16..), opened) && opened.AsSpan().SequenceEqual(plain);
            },
            iter: Sample.Tries(400));

    [Fact]
    public async Task Seal_RandomInputs_AgreesWithPycryptodome()
    {
        const string Program = """
            import sys
            from Cryptodome.Cipher import AES
            for line in sys.stdin:
                key, nonce, header, plain = (bytes.fromhex(part) for part in line.rstrip("\n").split(" "))
                cipher = AES.new(key, AES.MODE_EAX, nonce=nonce)
                cipher.update(header)
                text, tag = cipher.encrypt_and_digest(plain)
                print((text + tag).hex().upper())
            """;
        var random = new Random(7);
        var input = new StringBuilder();
        var expected = new StringBuilder();
        for (var i = 0; i < 120; i++)
        {
            var key = Sample.Bytes(i % 2 == 0 ? 16 : 32, i);
            var nonce = Sample.Bytes(random.Next(1, 40), i + 1); // pycryptodome refuses an empty nonce
            var header = Sample.Bytes(random.Next(0, 80), i + 2);
            var plain = Sample.Bytes(i < 80 ? i : random.Next(0, 70_000), i + 3);
            input.AppendJoin(' ', new[] { key, nonce, header, plain }.Select(Convert.ToHexString)).Append('\n');
            expected.Append(Convert.ToHexString(Ours(key, nonce, header, plain))).Append('\n');
        }

        Assert.Equal(expected.ToString(), await Python.RunAsync(["-c", Program], input.ToString(), TestContext.Current.CancellationToken));
    }

    private static byte[] Ours(byte[] key, byte[] nonce, byte[] header, byte[] plain, bool wide = true)
    {
        using var eax = new AesEax(key, wide);
        var whole = new byte[plain.Length + AesEax.TagSize];
        eax.Seal(nonce, header, plain, whole.AsSpan(..^16), whole.AsSpan(^16..));
        return whole;
    }

    private static byte[] BouncyCastle(byte[] key, byte[] nonce, byte[] header, byte[] plain)
    {
        var cipher = new EaxBlockCipher(new AesEngine());
        cipher.Init(true, new AeadParameters(new KeyParameter(key), 128, nonce, header));
        var output = new byte[cipher.GetOutputSize(plain.Length)];
        var length = cipher.ProcessBytes(plain, 0, plain.Length, output, 0);
        cipher.DoFinal(output, length);
        return output;
    }
}
