using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Control;

/// <summary>
/// Source-generated JSON for the control plane's documents, in camelCase and without reflection. Unknown members, which a later server may
/// send, are ignored; a required member that is missing or null is a JsonException.
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
[JsonSerializable(typeof(LoadStatus))]
[JsonSerializable(typeof(LoadSample))]
[JsonSerializable(typeof(AlarmStatus))]
[JsonSerializable(typeof(BeepRequest))]
[JsonSerializable(typeof(ControlProblem))]
[JsonSerializable(typeof(ServerEvent))]
[JsonSerializable(typeof(ExportStatus[]))]
[JsonSerializable(typeof(LeavingStatus))]
[JsonSerializable(typeof(BootStatus))]
[JsonSerializable(typeof(NetworkStatus))]
[JsonSerializable(typeof(BrowserToken))]
[JsonSerializable(typeof(BrowserRights))]
[JsonSerializable(typeof(ConfigurationSetting[]))]
public sealed partial class ControlJson : JsonSerializerContext;
