using System.Buffers.Binary;
using System.Text.Json;

namespace Stiefel.Cli.Laptop;

/// <summary>The key slots of a LUKS2 volume (LUKS2 On-Disk Format Specification §3), and which of them the laptop's TPM opens.</summary>
/// <param name="TpmSlots">The slots that the TPM opens, by a token of systemd-cryptenroll.</param>
/// <param name="OtherSlots">All other slots.</param>
internal sealed record LuksHeader(IReadOnlyList<string> TpmSlots, IReadOnlyList<string> OtherSlots)
{
    /// <summary>How many bytes to read: the binary header and a JSON area of usual size. Larger areas are not supported.</summary>
    public const int MostBytes = 64 * 1024;

    private const int JsonOffset = 4096;
    private const int MaxDepth = 16;
    private const string TpmToken = "systemd-tpm2";

    private static ReadOnlySpan<byte> Magic => [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xba, 0xbe];

    /// <summary>Parses a header; null if it is not LUKS2, or is damaged.</summary>
    /// <param name="bytes">The first bytes of the device.</param>
    public static LuksHeader? Read(ReadOnlyMemory<byte> bytes)
    {
        var binary = bytes.Span;
        if (binary.Length <= JsonOffset || !binary.StartsWith(Magic) || BinaryPrimitives.ReadUInt16BigEndian(binary[6..]) != 2)
        {
            return null;
        }

        var size = BinaryPrimitives.ReadUInt64BigEndian(binary[8..]);
        var area = bytes[JsonOffset..(int)Math.Clamp(size, JsonOffset, (ulong)bytes.Length)];
        var end = area.Span.IndexOf((byte)0);
        try
        {
            using var document = JsonDocument.Parse(end < 0 ? area : area[..end], new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Of(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static LuksHeader Of(JsonElement root)
    {
        var byTpm = new HashSet<string>(StringComparer.Ordinal);
        if (root.TryGetProperty("tokens", out var tokens))
        {
            foreach (var token in tokens.EnumerateObject().Where(token => token.Value.GetProperty("type").GetString() == TpmToken))
            {
                byTpm.UnionWith(token.Value.GetProperty("keyslots").EnumerateArray().Select(slot => slot.GetString() ?? ""));
            }
        }

        string[] slots = [.. root.GetProperty("keyslots").EnumerateObject().Select(slot => slot.Name)];
        return new LuksHeader([.. slots.Where(byTpm.Contains)], [.. slots.Where(slot => !byTpm.Contains(slot))]);
    }
}
