using System.Text.Json.Serialization;

namespace Stiefel.Server.Boot;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(GrantRecord))]
[JsonSerializable(typeof(BootOffer))]
public sealed partial class StateJson : JsonSerializerContext;
