using Stiefel.Linux.Nbd;
using Stiefel.Linux.Netlink;
using Xunit;

namespace Stiefel.Linux.Tests.Nbd;

/// <summary>Golden bytes for a little-endian machine, composed by hand from linux/nbd-netlink.h.</summary>
public sealed class NbdNetlinkTests
{
    private const string Acknowledged = "0500";

    private static readonly GenericNetlinkFamily s_family = new("nbd", 0x21, new Dictionary<string, uint> { ["nbd_mc_group"] = 9 });

    private static readonly NbdDeviceOptions s_options = new()
    {
        Index = 0,
        Size = 0x1_0000_0000,
        BlockSize = 512,
        ServerFlags = 0x16d,
        RequestTimeout = TimeSpan.FromSeconds(5),
        DeadConnectionTimeout = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public void ConnectRequest_OneSocket_IsTheBytesOfTheHeader() => Assert.Equal(
        "68000000" + "2100" + Acknowledged + "01000000" + "00000000"
        + "01" + "01" + "0000" // NBD_CMD_CONNECT, version 1
        + "0800" + "0100" + "00000000" // NBD_ATTR_INDEX
        + "0c00" + "0200" + "0000000001000000" // NBD_ATTR_SIZE_BYTES
        + "0c00" + "0300" + "0002000000000000" // NBD_ATTR_BLOCK_SIZE_BYTES
        + "0c00" + "0500" + "6d01000000000000" // NBD_ATTR_SERVER_FLAGS
        + "0c00" + "0400" + "0500000000000000" // NBD_ATTR_TIMEOUT
        + "0c00" + "0800" + "5802000000000000" // NBD_ATTR_DEAD_CONN_TIMEOUT
        + "1000" + "0780" + "0c00" + "0180" + "0800" + "0100" + "07000000", // NBD_ATTR_SOCKETS, NBD_SOCK_ITEM, NBD_SOCK_FD
        Hex(NbdNetlink.ConnectRequest(s_family, s_options, [7])));

    [Fact]
    public void ConnectRequest_ForEver_IsALongTimeAndNeverZero()
    {
        var forEver = Hex(NbdNetlink.ConnectRequest(s_family, s_options with { DeadConnectionTimeout = null }, [7]));
        var atOnce = Hex(NbdNetlink.ConnectRequest(s_family, s_options with { DeadConnectionTimeout = TimeSpan.Zero }, [7]));
        var impatient = Hex(NbdNetlink.ConnectRequest(s_family, s_options with { RequestTimeout = TimeSpan.Zero }, [7]));

        Assert.Contains("0c000800" + "0094357700000000", forEver, StringComparison.Ordinal);
        Assert.Contains("0c000800" + "0100000000000000", atOnce, StringComparison.Ordinal);
        Assert.Contains("0c000400" + "0100000000000000", impatient, StringComparison.Ordinal);
    }

    [Fact]
    public void ReconfigureRequest_TwoSockets_HoldsBothItems() => Assert.Equal(
        "44000000" + "2100" + Acknowledged + "01000000" + "00000000"
        + "03" + "01" + "0000"
        + "0800" + "0100" + "03000000"
        + "0c00" + "0400" + "1400000000000000"
        + "1c00" + "0780" + "0c00" + "0180" + "0800" + "0100" + "08000000" + "0c00" + "0180" + "0800" + "0100" + "09000000",
        Hex(NbdNetlink.ReconfigureRequest(s_family, 3, [8, 9], TimeSpan.FromSeconds(20))));

    [Fact]
    public void ReconfigureRequest_NoSocket_ChangesTheTimeOnly() => Assert.Equal(
        "28000000" + "2100" + Acknowledged + "01000000" + "00000000"
        + "03" + "01" + "0000"
        + "0800" + "0100" + "03000000"
        + "0c00" + "0400" + "0500000000000000",
        Hex(NbdNetlink.ReconfigureRequest(s_family, 3, [], TimeSpan.FromSeconds(5))));

    private static string Hex(NetlinkRequest request) => Convert.ToHexStringLower(request.ToBytes(1));
}
