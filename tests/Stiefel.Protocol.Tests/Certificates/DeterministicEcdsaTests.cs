using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Stiefel.Protocol.Certificates;

namespace Stiefel.Protocol.Tests.Certificates;

public sealed class DeterministicEcdsaTests
{
    /// <summary>RFC 6979 A.2.5, P-256 with SHA-256.</summary>
    [Theory]
    [InlineData("sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716", "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8")]
    [InlineData("test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367", "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083")]
    public void Sign_PublishedVector_IsReproduced(string message, string r, string s)
    {
        var scalar = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        using var pair = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });

        var signature = new DeterministicEcdsa(pair, scalar).Sign(System.Text.Encoding.ASCII.GetBytes(message));

        Assert.Equal((Number(r), Number(s)), signature);
    }

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
