using System.Security.Cryptography;
using Konscious.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Stiefel.Keys.Tests;

public sealed class PassphraseCostTests
{
    /// <summary>The vector of RFC 9106 §5.3, which proves that the library computes Argon2id.</summary>
    [Fact]
    public void Argon2id_PublishedVector_IsReproduced()
    {
        using var argon = new Argon2id(Filled(1, 32))
        {
            Salt = Filled(2, 16),
            KnownSecret = Filled(3, 8),
            AssociatedData = Filled(4, 12),
            Iterations = 3,
            MemorySize = 32,
            DegreeOfParallelism = 4,
        };
        Assert.Equal("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", Convert.ToHexStringLower(argon.GetBytes(32)));
    }

    [Fact]
    public void Derive_SecondImplementation_Agrees()
    {
        var cost = new PassphraseCost(8 * 1024, 2, 3);
        var (passphrase, salt) = (RandomNumberGenerator.GetBytes(20), RandomNumberGenerator.GetBytes(16));
        var other = new Argon2BytesGenerator();
        other.Init(new Argon2Parameters.Builder(Argon2Parameters.Argon2id).WithVersion(Argon2Parameters.Version13)
            .WithSalt(salt).WithMemoryAsKB(cost.MemoryKiB).WithIterations(cost.Passes).WithParallelism(cost.Lanes).Build());
        var expected = new byte[32];
        other.GenerateBytes(passphrase, expected);

        Assert.Equal(expected, cost.Derive(passphrase, salt));
    }

    private static byte[] Filled(byte value, int length) => [.. Enumerable.Repeat(value, length)];
}
