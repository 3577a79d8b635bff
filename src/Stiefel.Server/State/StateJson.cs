using System.Text.Json.Serialization;
using Stiefel.Server.Grants;
using Stiefel.Server.Offers;

namespace Stiefel.Server.State;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(GrantRecord))]
[JsonSerializable(typeof(BootOffer))]
public sealed partial class StateJson : JsonSerializerContext;
