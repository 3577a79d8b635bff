using System.Buffers.Binary;
using System.Net;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Dhcp;

public sealed class DhcpLeaseTests
{
    [Fact]
    public void Read_OfAUsualServer_IsALeaseWithTheStandardsTimes()
    {
        var lease = Read("192.168.7.9", "255.255.255.0", "192.168.7.1", 3600, out var problem)!;
        Assert.Equal("", problem);
        Assert.Equal((24, 3600, 1800, 3150), (lease.PrefixLength, lease.Lifetime.TotalSeconds, lease.Renewal.TotalSeconds, lease.Rebinding.TotalSeconds));

        // For ever is renewed as well.
        Assert.Equal(TimeSpan.FromDays(7), Read("192.168.7.9", "255.255.255.0", "192.168.7.1", uint.MaxValue, out _)!.Lifetime);
    }

    [Theory]
    [InlineData(60, 90, 60, 90)]
    [InlineData(0, 90, 50, 87)]
    [InlineData(90, 60, 50, 87)]
    [InlineData(60, 100, 50, 87)]
    [InlineData(4_000_000_000, 4_100_000_000, 50, 87)]
    public void Read_TimesThatMakeNoSense_AreTheStandards(uint renewal, uint rebinding, int usedRenewal, int usedRebinding)
    {
        var lease = DhcpLease.Read(Answer("192.168.7.9", "255.255.255.0", "192.168.7.1", 100) with { Renewal = renewal, Rebinding = rebinding }, out _)!;
        Assert.Equal((usedRenewal, usedRebinding), (lease.Renewal.TotalSeconds, lease.Rebinding.TotalSeconds));
    }

    [Theory]
    [InlineData("0.0.0.0", "255.255.255.0", "192.168.7.1", 3600u, "no card can have 0.0.0.0/24")]
    [InlineData("0.1.2.3", "255.255.255.0", "192.168.7.1", 3600u, "no card can have 0.1.2.3/24")]
    [InlineData("127.0.0.1", "255.0.0.0", "192.168.7.1", 3600u, "no card can have 127.0.0.1/8")]
    [InlineData("224.0.0.1", "255.255.255.0", "192.168.7.1", 3600u, "no card can have 224.0.0.1/24")]
    [InlineData("255.255.255.255", "255.255.255.0", "192.168.7.1", 3600u, "no card can have 255.255.255.255/24")]
    [InlineData("169.254.7.9", "255.255.0.0", "192.168.7.1", 3600u, "no card can have 169.254.7.9/16")]
    [InlineData("192.168.7.0", "255.255.255.0", "192.168.7.1", 3600u, "no card can have 192.168.7.0/24")]
    [InlineData("192.168.7.255", "255.255.255.0", "192.168.7.1", 3600u, "no card can have 192.168.7.255/24")]
    [InlineData("192.168.7.1", "255.255.255.0", "192.168.7.1", 3600u, "192.168.7.1 is its own address")]
    [InlineData("192.168.7.9", null, "192.168.7.1", 3600u, "its mask is not one of 8 to 30 bits")]
    [InlineData("192.168.7.9", "0.0.0.0", "192.168.7.1", 3600u, "its mask is not one of 8 to 30 bits")]
    [InlineData("192.168.7.9", "128.0.0.0", "192.168.7.1", 3600u, "its mask is not one of 8 to 30 bits")]
    [InlineData("192.168.7.9", "255.0.255.0", "192.168.7.1", 3600u, "its mask is not one of 8 to 30 bits")]
    [InlineData("192.168.7.9", "255.255.255.255", "192.168.7.1", 3600u, "its mask is not one of 8 to 30 bits")]
    [InlineData("192.168.7.9", "255.255.255.0", null, 3600u, "it does not say where it is")]
    [InlineData("192.168.7.9", "255.255.255.0", "127.0.0.1", 3600u, "it does not say where it is")]
    [InlineData("192.168.7.9", "255.255.255.0", "239.1.1.1", 3600u, "it does not say where it is")]
    [InlineData("192.168.7.9", "255.255.255.0", "192.168.7.1", null, "it lends no address for 10 s or more")]
    [InlineData("192.168.7.9", "255.255.255.0", "192.168.7.1", 9u, "it lends no address for 10 s or more")]
    public void Read_WhatNoCardCanUse_IsRefusedWithTheReason(string address, string? mask, string? server, uint? seconds, string expected)
    {
        Assert.Null(Read(address, mask, server, seconds, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("192.168.7.254", true)]
    [InlineData("192.168.7.9", false)]
    [InlineData("192.168.8.1", false)]
    [InlineData("192.168.7.255", false)]
    public void Router_OutsideTheNetwork_IsNone(string router, bool isTaken)
    {
        var lease = DhcpLease.Read(Answer("192.168.7.9", "255.255.255.0", "192.168.7.1", 100) with { Router = IPAddress.Parse(router) }, out _)!;
        Assert.Equal(isTaken, lease.Router is not null);
    }

    [Theory]
    [InlineData("192.168.7.200", 24, true)]
    [InlineData("192.168.7.77", 32, true)]
    [InlineData("192.168.200.1", 16, true)]
    [InlineData("192.168.8.1", 24, false)]
    public void Overlaps_AnotherInterfacesNetwork_IsSeen(string other, int prefix, bool expected) => Assert.Equal(
        expected, Read("192.168.7.9", "255.255.255.0", "192.168.7.1", 100, out _)!.Overlaps(new LinkAddress(7, IPAddress.Parse(other), prefix, true)));

    private static DhcpLease? Read(string address, string? mask, string? server, uint? seconds, out string problem) => DhcpLease.Read(Answer(address, mask, server, seconds), out problem);

    private static DhcpAnswer Answer(string address, string? mask, string? server, uint? seconds) =>
        new(5, IPAddress.Parse(address), server is null ? null : IPAddress.Parse(server), MacAddress.FromBytes([2, 9, 9, 9, 9, 9]))
        {
            Mask = mask is null ? null : BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(mask).GetAddressBytes()),
            Lease = seconds,
        };
}
