using System.Text.Json.Serialization;

namespace Stiefel.Server.Status;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(SessionStatus[]))]
public sealed partial class StatusJson : JsonSerializerContext;
