using System.Text.Json.Serialization;

namespace Stiefel.Server.Grants;

/// <summary>Source-generated JSON of the grant's record.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(GrantRecord))]
public sealed partial class GrantJson : JsonSerializerContext;
