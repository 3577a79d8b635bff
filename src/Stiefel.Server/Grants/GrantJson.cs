using System.Text.Json.Serialization;

namespace Stiefel.Server.Grants;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(GrantRecord))]
public sealed partial class GrantJson : JsonSerializerContext;
