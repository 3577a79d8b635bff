using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Boot;

/// <summary>
/// Source-generated JSON for our messages, in camelCase and without reflection. A required member that is missing or null
/// is a JsonException; unknown members, which a later minor version may send, are ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ServerGreeting))]
[JsonSerializable(typeof(BootManifest))]
[JsonSerializable(typeof(MachineIdentity))]
[JsonSerializable(typeof(DriversRequest))]
[JsonSerializable(typeof(ExportRequest))]
[JsonSerializable(typeof(ExportGrant))]
[JsonSerializable(typeof(UnlockAnswer))]
[JsonSerializable(typeof(EntryRequest))]
[JsonSerializable(typeof(Refusal))]
public sealed partial class ProtocolJson : JsonSerializerContext;
