using System.Text.Json.Serialization;

namespace Stiefel.Server.Offers;

/// <summary>Source-generated JSON of the kept offer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BootOffer))]
public sealed partial class OfferJson : JsonSerializerContext;
