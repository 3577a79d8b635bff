using System.Text.Json.Serialization;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Status;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(SessionStatus[]))]
[JsonSerializable(typeof(KeyStatus[]))]
[JsonSerializable(typeof(RevokedKey))]
public sealed partial class StatusJson : JsonSerializerContext;
