using System.Text.Json.Serialization;
using Stiefel.Protocol.Boot;

namespace Stiefel.Protocol;

/// <summary>Source-generated JSON for every message of ours; camelCase, no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServerGreeting))]
[JsonSerializable(typeof(BootManifest))]
[JsonSerializable(typeof(DriversRequest))]
[JsonSerializable(typeof(ExportRequest))]
[JsonSerializable(typeof(ExportGrant))]
[JsonSerializable(typeof(Refusal))]
public sealed partial class ProtocolJson : JsonSerializerContext;
