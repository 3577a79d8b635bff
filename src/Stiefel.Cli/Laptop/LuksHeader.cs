using System.Buffers.Binary;
using System.Text.Json;

namespace Stiefel.Cli.Laptop;

/// <summary>What opens a LUKS2 volume (LUKS2 On-Disk Format Specification §3): its key slots, and which of them the laptop's TPM has the key of.</summary>
/// <param name="TpmSlots">Those that a token of systemd-cryptenroll opens by the TPM.</param>
/// <param name="OtherSlots">All others.</param>
internal sealed record LuksHeader(IReadOnlyList<string> TpmSlots, IReadOnlyList<string> OtherSlots)
{
    /// <summary>The binary header and the JSON area of usual size; larger ones are not understood.</summary>
    public const int MostBytes = 64 * 1024;

    private const int JsonOffset = 4096;
    private const int MaxDepth = 16;
    private const string TpmToken = "systemd-tpm2";

    private static ReadOnlySpan<byte> Magic => [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xba, 0xbe];

    /// <summary>Reads it; null if it is no LUKS2, or damaged.</summary>
    /// <param name="bytes">The first of the device.</param>
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
