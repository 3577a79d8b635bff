using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A recording of every frame on the cable in tcpdump's format (pcap-savefile(5)), which is searched as a stream of bytes.</summary>
internal sealed partial class CableRecording(string path)
{
    private const int Piece = 16;

    private const int EtherTypeV6 = 0x86dd;
    private const byte NextHeaderFragment = 44;

    // The port numbers of the tunnel's UDP packets: from 61571 to 61571.
    private static readonly byte[] s_tunnelPorts = [0xf0, 0x83, 0xf0, 0x83];

    /// <summary>Returns a key in every form in which a program might reveal it: its bytes, their hexadecimal digits, and the token made from it.</summary>
    public static async Task<byte[][]> KeyInAnyFormAsync(string keyFile, CancellationToken token)
    {
        var raw = await File.ReadAllBytesAsync(keyFile, token);
        using var key = SharedKey.FromBytes(raw, "stick");
        return [raw, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(raw)), Encoding.ASCII.GetBytes(AdminToken.For(key))];
    }

    /// <summary>Checks as <see cref="AssertNothingCanBeRead"/> does, for a recording that must contain a desktop's whole boot.</summary>
    public void AssertNothingOfABootCanBeRead(params ReadOnlySpan<byte[]> secrets)
    {
        Assert.True(Holds(File.ReadAllBytes(path), "POST /v1/export"u8), "the recording does not hold what crossed the cable");
        AssertNothingCanBeRead(secrets);
    }

    /// <summary>Fails if a secret, a capability or NBD's greeting can be read, or if the recording contains no tunnel.</summary>
    /// <param name="secrets">The bytes that must not appear. For long ones, the first and last 16 bytes must not appear either.</param>
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

    // Fragmented packets would mean that the tunnel's MTU is too large for the link.
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

    // The name of a private export (docs/protocol.md).
    [GeneratedRegex("s-[a-z2-7]{52}")]
    private static partial Regex Capability();
}
