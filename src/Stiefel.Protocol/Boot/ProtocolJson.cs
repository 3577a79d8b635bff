using System.Text.Json.Serialization;

namespace Stiefel.Protocol.Boot;

/// <summary>
/// Source-generated JSON for every message of ours; camelCase, no reflection. What a message's type says cannot be missing or
/// null is a JsonException if it is; members of a later minor version are ignored.
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
