using System.Net;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

public sealed class TunnelTableTests
{
    private const int Index = 7;

    /// <summary>Plain HTTP is answered where the tunnel encrypts it, and on no cable, whatever address a sender there takes.</summary>
    [Theory]
    [InlineData("fe80::2%7", true)]
    [InlineData("fe80::2%8", false)]
    [InlineData("fe80::2", false)]
    [InlineData("fd00::2", false)]
    [InlineData("::ffff:169.254.0.7", false)]
    [InlineData("169.254.0.7", false)]
    public void Carry_ConnectionOfATunnelsInterface_IsEncrypted(string remote, bool expected)
    {
        var table = new TunnelTable();
        table.Add(Index, IPAddress.Parse("fe80::5%3"));
        Assert.Equal(expected, table.Carry(new IPEndPoint(IPAddress.Parse(remote), 40000)));
        table.Remove(Index);
        Assert.False(table.Carry(new IPEndPoint(IPAddress.Parse(remote), 40000)));
    }
}
