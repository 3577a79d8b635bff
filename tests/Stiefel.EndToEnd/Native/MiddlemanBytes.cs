using System.Buffers.Binary;

namespace Stiefel.EndToEnd.Native;

/// <summary>The offsets of each message's fields (docs/protocol.md), and the changes that a man in the middle makes.</summary>
internal static class MiddlemanBytes
{
    public const string Hello = "/v1/discovery";
    private const int EnvelopeHeader = 32;
    private const int Frame = 4;
    private const int Tag = 16;
    private const uint LastSegment = 1u << 31;

    private static readonly int[] s_clientHello = [0, 4, 5, 6, 8, 40, 72, 104, 135];
    private static readonly int[] s_request = [0, 4, 5, 8, 24, 31, 32];
    private static readonly int[] s_serverHello = [0, 4, 5, 6, 8, 40, 72, 104, 105, 106, 107, 108, 109];
    private static readonly int[] s_envelope = [0, 4, 5, 6, 8, 11, 12, 16, 31];

    /// <summary>Returns a copy with some bits of one byte flipped.</summary>
    public static byte[] Flip(byte[] bytes, int at, int mask = 1)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= (byte)mask;
        return flipped;
    }

    /// <summary>The offset of each field of a request, and of its last byte.</summary>
    public static IEnumerable<int> FieldsOfRequest(string path, byte[] body) => [.. path == Hello ? s_clientHello : s_request, body.Length - Tag, body.Length - 1];

    /// <summary>The offset of each field of an answer, and of the middle and end of each sealed part.</summary>
    public static IEnumerable<int> FieldsOfAnswer(string path, byte[] body) => path == Hello
        ? [.. s_serverHello, body.Length / 2, body.Length - Tag, body.Length - 1]
        : s_envelope.Concat(Segments(body).SelectMany(s => new[] { s.Start, s.Start + 1, s.Start + 3, s.Start + Frame, (s.Start + s.End) / 2, s.End - Tag, s.End - 1 }));

    /// <summary>The offsets at which an answer is cut: at each field, and right after the header.</summary>
    public static IEnumerable<int> CutsOfAnswer(string path, byte[] body) =>
        FieldsOfAnswer(path, body).Append(path == Hello ? 1 : EnvelopeHeader).Distinct().Order();

    /// <summary>The bounds of each segment of an envelope, including its frame and tag.</summary>
    public static List<(int Start, int End)> Segments(byte[] envelope)
    {
        var segments = new List<(int, int)>();
        for (var at = EnvelopeHeader; at < envelope.Length;)
        {
            var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(envelope.AsSpan(at)) & ~LastSegment);
            segments.Add((at, at + Frame + length + Tag));
            at = segments[^1].Item2;
        }

        return segments;
    }

    /// <summary>Builds an envelope from the header of another one and these pieces.</summary>
    public static byte[] Rebuild(byte[] envelope, params byte[][] pieces) => [.. envelope[..EnvelopeHeader], .. pieces.SelectMany(piece => piece)];
}
