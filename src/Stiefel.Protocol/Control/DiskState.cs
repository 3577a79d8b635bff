using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Control;

/// <summary>What the served disk is used for. No enum: a later server may know more words, and they are read and shown as they are.</summary>
/// <param name="Word">As it stands in the document.</param>
[JsonConverter(typeof(DiskStateConverter))]
public sealed record DiskState(string Word)
{
    /// <summary>For nothing; it is closed.</summary>
    public static DiskState Idle { get; } = new("idle");

    /// <summary>Its boot files are being read.</summary>
    public static DiskState ReadForBoot { get; } = new("read-for-boot");

    /// <summary>It is open for the desktop that holds the grant.</summary>
    public static DiskState Granted { get; } = new("granted");

    /// <summary>Closed, but a desktop holds the grant and may come back.</summary>
    public static DiskState Waiting { get; } = new("waiting");

    /// <summary>It is open for everyone who knows the export's name.</summary>
    public static DiskState Open { get; } = new("open");

    /// <summary>The states that this version knows.</summary>
    public static IReadOnlyList<DiskState> All { get; } = [Idle, ReadForBoot, Granted, Waiting, Open];

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A disk's state as its word.</summary>
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
