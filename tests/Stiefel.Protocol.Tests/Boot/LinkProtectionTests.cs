using Stiefel.Protocol.Boot;

namespace Stiefel.Protocol.Tests.Boot;

public class LinkProtectionTests
{
    [Theory]
    [InlineData(LinkProtection.WireGuard, "wireguard")]
    [InlineData(LinkProtection.None, "none")]
    public void Word_IsTheManifestsAndReadAgain(LinkProtection protection, string word)
    {
        Assert.Equal(word, protection.Word());
        Assert.Equal(protection, new LinkParameters { Protection = word }.KnownProtection);
    }

    [Theory]
    [InlineData("")]
    [InlineData("WireGuard")]
    [InlineData("tls13")]
    public void Word_OfALaterVersion_IsUnknown(string word) => Assert.Null(new LinkParameters { Protection = word }.KnownProtection);
}
