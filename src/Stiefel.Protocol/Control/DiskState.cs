using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Control;

/// <summary>The current use of the served disk. Not an enum, because a later server may send other words, which are read and shown unchanged.</summary>
/// <param name="Word">The word in the document.</param>
[JsonConverter(typeof(DiskStateConverter))]
public sealed record DiskState(string Word)
{
    /// <summary>The disk is not in use; it is closed.</summary>
    public static DiskState Idle { get; } = new("idle");

    /// <summary>Its boot files are being read.</summary>
    public static DiskState ReadForBoot { get; } = new("read-for-boot");

    /// <summary>The disk is open for the desktop that holds the grant.</summary>
    public static DiskState Granted { get; } = new("granted");

    /// <summary>The disk is closed, but a desktop holds the grant and may come back.</summary>
    public static DiskState Waiting { get; } = new("waiting");

    /// <summary>The disk is open for everyone who knows the export's name.</summary>
    public static DiskState Open { get; } = new("open");

    /// <summary>The states that this version knows.</summary>
    public static IReadOnlyList<DiskState> All { get; } = [Idle, ReadForBoot, Granted, Waiting, Open];

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>Reads and writes a disk's state as its word.</summary>
public sealed class DiskStateConverter : JsonConverter<DiskState>
{
    /// <inheritdoc/>
    public override DiskState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new DiskState(reader.GetString()!) : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DiskState value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.Word);
    }
}
