using System.Text;
using Stiefel.Protocol.Handshake;

namespace Stiefel.Protocol.Tests.Handshake;

public sealed class Base32Tests
{
    // RFC 4648 §10, lower-case and without padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void Encode_Rfc4648Vector_Agrees(string text, string expected) => Assert.Equal(expected, Base32.Encode(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Encode_ThirtyTwoBytes_HasFiftyTwoCharacters() => Assert.Equal(52, Base32.Encode(new byte[32]).Length);
}
