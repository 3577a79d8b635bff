using System.Text.Json.Serialization;

namespace Stiefel.Server.Offers;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BootOffer))]
public sealed partial class OfferJson : JsonSerializerContext;
