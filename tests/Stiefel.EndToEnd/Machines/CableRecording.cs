using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.EndToEnd.Machines;

/// <summary>All that crossed the cable, frame by frame, in tcpdump's format (man 5 pcap-savefile); searched as a stream of bytes.</summary>
internal sealed partial class CableRecording(string path)
{
    private const int Piece = 16;

    private const int EtherTypeV6 = 0x86dd;
    private const byte NextHeaderFragment = 44;

    // UDP from port 61571 to port 61571.
    private static readonly byte[] s_tunnelPorts = [0xf0, 0x83, 0xf0, 0x83];

    /// <summary>A key in every form in which a program might say it: its bytes, their hexadecimal digits, and the token that is made from it.</summary>
    public static async Task<byte[][]> KeyInAnyFormAsync(string keyFile, CancellationToken token)
    {
        var raw = await File.ReadAllBytesAsync(keyFile, token);
        using var key = SharedKey.FromBytes(raw, "stick");
        return [raw, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(raw)), Encoding.ASCII.GetBytes(AdminToken.For(key))];
    }

    /// <summary>The same for a desktop's whole boot, which the recording must hold.</summary>
    public void AssertNothingOfABootCanBeRead(params ReadOnlySpan<byte[]> secrets)
    {
        Assert.True(Holds(File.ReadAllBytes(path), "POST /v1/export"u8), "the recording does not hold what crossed the cable");
        AssertNothingCanBeRead(secrets);
    }

    /// <summary>Fails if anything of these, or a capability, or NBD's greeting can be read; and if the recording holds no tunnel.</summary>
    /// <param name="secrets">What must not be there; of long ones, no piece of 16 bytes at their beginning and end either.</param>
    public void AssertNothingCanBeRead(params ReadOnlySpan<byte[]> secrets)
    {
        var recorded = File.ReadAllBytes(path);
        Assert.True(recorded.AsSpan().Count(s_tunnelPorts) > 1000, "the recording holds no tunnel");
        foreach (var secret in secrets)
        {
            Assert.False(Holds(recorded, secret.AsSpan(0, Math.Min(Piece, secret.Length))), $"on the cable: {Encoding.ASCII.GetString(secret)}");
            Assert.False(Holds(recorded, secret.AsSpan(Math.Max(0, secret.Length - Piece))), $"on the cable: {Encoding.ASCII.GetString(secret)}");
        }

        Assert.Equal(0, CountFragments(recorded));
        Assert.False(Holds(recorded, "NBDMAGIC"u8), "NBD was spoken outside of the tunnel");
        Assert.Empty(Capability().Matches(Encoding.Latin1.GetString(recorded)).Select(match => match.Value));
    }

    // A packet in pieces would mean that the tunnel's MTU is too large for the link.
    private static int CountFragments(ReadOnlySpan<byte> recorded)
    {
        const int FileHeader = 24, RecordHeader = 16, LengthAt = 8, EtherTypeAt = 12, NextHeaderAt = 20;
        var fragments = 0;
        for (var at = FileHeader; at + RecordHeader <= recorded.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(recorded[(at + LengthAt)..]);
            var frame = recorded.Slice(at + RecordHeader, Math.Min(length, recorded.Length - at - RecordHeader));
            var isV6 = frame.Length > NextHeaderAt && BinaryPrimitives.ReadUInt16BigEndian(frame[EtherTypeAt..]) == EtherTypeV6;
            fragments += isV6 && frame[NextHeaderAt] == NextHeaderFragment ? 1 : 0;
            at += RecordHeader + length;
        }

        return fragments;
    }

    private static bool Holds(ReadOnlySpan<byte> recorded, ReadOnlySpan<byte> bytes) => recorded.IndexOf(bytes) >= 0;

    // docs/protocol.md: the name of a private export.
    [GeneratedRegex("s-[a-z2-7]{52}")]
    private static partial Regex Capability();
}
