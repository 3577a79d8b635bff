using System.Buffers.Binary;
using System.Net;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.Linux.Tests.Dhcp;

public sealed class DhcpFrameTests
{
    private const int BootpAt = 42, OptionsAt = 282;
    private static readonly MacAddress s_card = MacAddress.FromBytes([0x52, 0x54, 0, 0x5e, 0, 1]);

    [Fact]
    public void Discover_AsStandardised_IsABroadcastFromNobodyAboutAnotherCard()
    {
        var frame = Convert.ToHexStringLower(DhcpFrame.BuildDiscover(s_card, [2, 1, 2, 3, 4, 5], 0x11223344));

        // Ethernet broadcast; IPv4 of 328 bytes, 0.0.0.0 to 255.255.255.255; UDP 68 to 67 (RFC 894, RFC 791, RFC 768).
        Assert.StartsWith("ffffffffffff" + "5254005e0001" + "0800" + "4500014800000000401179a600000000ffffffff" + "0044004301340000", frame, StringComparison.Ordinal);

        // RFC 2131: a request over Ethernet, its transaction id, the broadcast flag, and the MAC address that it asks for.
        Assert.StartsWith("01010600" + "11223344" + "00008000" + new string('0', 32) + "020102030405" + "0000", frame[(BootpAt * 2)..], StringComparison.Ordinal);

        // RFC 2132: the cookie; DHCPDISCOVER; vendor class `stiefel`; a request for mask and router; the end.
        Assert.StartsWith("63825363" + "350101" + "3c0773746965666" + "56c" + "37020103" + "ff", frame[((OptionsAt - 4) * 2)..], StringComparison.Ordinal);
        Assert.Equal((BootpAt + 300) * 2, frame.Length);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    public void Answer_OfAServerToAnybody_NamesTheServer(byte type, bool isServers)
    {
        Assert.Equal(isServers, DhcpFrame.TryReadServer(Answer([53, 1, type, 54, 4, 192, 168, 1, 1, 255]), out var server, out _));
        Assert.True(!isServers || server.Equals(IPAddress.Parse("192.168.1.1")));
    }

    [Fact]
    public void Answer_WithoutAServersName_IsItsSenders()
    {
        Assert.True(DhcpFrame.TryReadServer(Answer([0, 0, 53, 1, 2]), out var server, out _));
        Assert.Equal(IPAddress.Parse("10.9.8.7"), server);
    }

    [Fact]
    public void Answer_ThatIsNone_IsNotHeard()
    {
        byte[] offer = [53, 1, 2, 255];
        Assert.True(DhcpFrame.TryReadServer(Answer(offer), out _, out _));
        Assert.False(DhcpFrame.TryReadServer(Answer([53, 9, 2]), out _, out _));
        Assert.False(DhcpFrame.TryReadServer(Answer([]), out _, out _));
        foreach (var (at, value) in new (int, byte)[] { (12, 0x86), (14, 0x65), (14, 0x44), (23, 6), (37, 67), (BootpAt, 1), (OptionsAt - 1, 0) })
        {
            var frame = Answer(offer);
            frame[at] = value;
            Assert.False(DhcpFrame.TryReadServer(frame, out _, out _), $"byte {at}");
        }
    }

    /// <summary>Only a server that says what to boot is one that this project must not speak beside.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "3c077374696566656c")] // vendor class `stiefel`
    [InlineData(true, "3c09505845436c69656e74")] // `PXEClient`, as a server of boot programs beside that of addresses says
    [InlineData(true, "3c0a48545450436c69656e74")] // `HTTPClient`
    [InlineData(true, "4307666f6f2e62696e")] // boot file `foo.bin`
    [InlineData(false, "340101")] // the field for the file has options, here none
    public void Answer_OfAServer_TellsWhetherItSaysWhatToBoot(bool says, string more)
    {
        byte[] options = [53, 1, 2, 54, 4, 192, 168, 1, 1, .. Convert.FromHexString(more), 255];
        Assert.True(DhcpFrame.TryReadServer(Answer(options), out _, out var read));
        Assert.Equal(says, read);

        var named = Answer(options);
        "x"u8.CopyTo(named.AsSpan(BootpAt + 108));
        Assert.True(DhcpFrame.TryReadServer(named, out _, out read));
        Assert.Equal(more != "340101", read);
    }

    [Fact]
    public void Discover_InTheNameOfFirmware_SaysAllThatAServerAsksFor()
    {
        var frame = DhcpFrame.BuildDiscover(s_card, [2, 1, 2, 3, 4, 5], 0x11223344, firmware: 7);
        Assert.Equal(frame.Length - 14, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(16)));
        Assert.Equal(frame.Length - 34, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(38)));
        var options = Convert.ToHexStringLower(frame.AsSpan(OptionsAt));
        Assert.StartsWith("350101" + "3c20" + Convert.ToHexStringLower("PXEClient:Arch:00007:UNDI:003000"u8), options, StringComparison.Ordinal);
        Assert.EndsWith("37040103" + "4243" + "5d020007" + "5e03010300" + "611100" + new string('0', 20) + "020102030405" + "ff", options, StringComparison.Ordinal);
    }

    [Fact]
    public void Frame_Damaged_IsAServersOrNot()
    {
        byte[] withIpOptions = [.. Answer([53, 1, 2, 54, 4, 1, 2, 3, 4, 255])];
        withIpOptions[14] = 0x46;
        HostileInput.Feed([Answer([53, 1, 2, 54, 4, 1, 2, 3, 4, 255]), withIpOptions, DhcpFrame.BuildDiscover(s_card, [2, 1, 2, 3, 4, 5], 7)], 50_000, 64 * 1024, input =>
        {
            if (DhcpFrame.TryReadServer(input, out var server, out _))
            {
                Assert.Equal(4, server.GetAddressBytes().Length);
            }
        });
    }

    /// <summary>What a client reads of an answer to its own question, and nothing else is one.</summary>
    [Fact]
    public void Answer_ToThisQuestion_IsReadAndNoOther()
    {
        byte[] options = [53, 1, 5, 1, 4, 255, 255, 255, 0, 3, 8, 192, 168, 7, 254, 192, 168, 7, 253, 51, 4, 0, 0, 14, 16, 54, 4, 192, 168, 7, 1, 58, 4, 0, 0, 0, 9, 59, 4, 0, 0, 0, 10, 255];
        Assert.True(Read(ToClient(options), out var answer));
        Assert.Equal((5, IPAddress.Parse("192.168.7.9"), IPAddress.Parse("192.168.7.1")), (answer.Type, answer.Address, answer.Server));
        Assert.Equal((0xffffff00, 3600u, 9u, 10u, IPAddress.Parse("192.168.7.254")), (answer.Mask!.Value, answer.Lease!.Value, answer.Renewal!.Value, answer.Rebinding!.Value, answer.Router!));
        Assert.Equal(MacAddress.FromBytes([2, 9, 9, 9, 9, 9]), answer.ServersCard);

        // Another transaction, another card, no Ethernet, a fragment, and less than UDP says.
        foreach (var at in new[] { BootpAt + 4, BootpAt + 28, BootpAt + 1, BootpAt + 2, 21, 38 })
        {
            var frame = ToClient(options);
            frame[at] ^= 1;
            Assert.False(Read(frame, out _), $"byte {at}");
        }

        Assert.False(Read(ToClient([53, 1, 5, 54, 4, 192, 168, 7]), out _)); // the last option is cut
        Assert.False(Read(ToClient([53, 1, 5, 51, 255, 1]), out _));
        Assert.True(Read(ToClient([53, 1, 5, 51, 3, 0, 0, 1, 1, 5, 255, 0, 0, 0, 0, 54, 4, 1, 2, 3, 4, 54, 4, 1, 2, 3, 5, 255]), out var odd));
        Assert.Equal((null, null, null), (odd.Lease, odd.Mask, odd.Server)); // of wrong lengths, or there twice
    }

    /// <summary>RFC 2132 §9.3: the fields for file and server name may hold options as well.</summary>
    [Fact]
    public void Answer_WithOptionsInOtherFields_IsReadToo()
    {
        var frame = ToClient([52, 1, 3, 255]);
        ((byte[])[53, 1, 2, 255]).CopyTo(frame, BootpAt + 108);
        ((byte[])[54, 4, 192, 168, 7, 1, 255]).CopyTo(frame, BootpAt + 44);
        Assert.True(Read(frame, out var answer));
        Assert.Equal((2, IPAddress.Parse("192.168.7.1")), (answer.Type, answer.Server));
        frame[BootpAt + 44 + 1] = 200; // longer than the field
        Assert.False(Read(frame, out _));
    }

    [Fact]
    public void Answer_Damaged_GivesALeaseThatACardCanHaveOrNone()
    {
        byte[] options = [53, 1, 5, 1, 4, 255, 255, 255, 0, 3, 4, 192, 168, 7, 254, 51, 4, 0, 0, 14, 16, 54, 4, 192, 168, 7, 1, 52, 1, 3, 255];
        HostileInput.Feed([ToClient(options), ToClient([53, 1, 2, 255])], 50_000, 64 * 1024, input =>
        {
            if (Read(input, out var answer) && DhcpLease.Read(answer, out _) is { } lease)
            {
                Assert.True(lease.PrefixLength is >= 8 and <= 30 && lease.Address.GetAddressBytes()[0] is > 0 and < 224 and not 127, $"{lease}");
                Assert.True(lease.Renewal < lease.Rebinding && lease.Rebinding < lease.Lifetime && lease.Renewal >= TimeSpan.FromSeconds(1), $"{lease}");
            }
        });
    }

    private static bool Read(byte[] frame, out DhcpAnswer answer) => DhcpFrame.TryReadAnswer(frame, s_card, 0x11223344, out answer);

    private static byte[] ToClient(byte[] options)
    {
        var frame = Answer(options);
        ((byte[])[2, 9, 9, 9, 9, 9]).CopyTo(frame, 6);
        (frame[BootpAt + 1], frame[BootpAt + 2]) = (1, 6);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(BootpAt + 4), 0x11223344);
        ((byte[])[192, 168, 7, 9]).CopyTo(frame, BootpAt + 16);
        s_card.ToBytes().CopyTo(frame, BootpAt + 28);
        return frame;
    }

    private static byte[] Answer(byte[] options)
    {
        var frame = new byte[OptionsAt + options.Length];
        frame[12] = 8;
        frame[14] = 0x45;
        frame[23] = 17;
        IPAddress.Parse("10.9.8.7").GetAddressBytes().CopyTo(frame, 26);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), 68);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(frame.Length - 34));
        frame[BootpAt] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(OptionsAt - 4), 0x63825363);
        options.CopyTo(frame, OptionsAt);
        return frame;
    }
}
