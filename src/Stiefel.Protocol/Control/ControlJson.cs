using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Control;

/// <summary>
/// Source-generated JSON for what the control plane says; camelCase, no reflection. Members of a later server are ignored; what a document's type says
/// cannot be missing or null is a JsonException if it is.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(SessionStatus[]))]
[JsonSerializable(typeof(KeyStatus[]))]
[JsonSerializable(typeof(RevokedKey))]
[JsonSerializable(typeof(PowerStatus))]
[JsonSerializable(typeof(AlarmStatus))]
[JsonSerializable(typeof(BeepRequest))]
[JsonSerializable(typeof(ControlProblem))]
[JsonSerializable(typeof(ServerEvent))]
[JsonSerializable(typeof(ExportStatus[]))]
[JsonSerializable(typeof(LeavingStatus))]
[JsonSerializable(typeof(BootStatus))]
[JsonSerializable(typeof(NetworkStatus))]
[JsonSerializable(typeof(ConfigurationSetting[]))]
public sealed partial class ControlJson : JsonSerializerContext;
