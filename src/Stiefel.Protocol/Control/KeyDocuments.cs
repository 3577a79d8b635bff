namespace Stiefel.Protocol.Control;

/// <summary>An accepted key.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Id">The name of its certificate, which `stiefel key show` shows as "TLS name"; not a secret.</param>
public sealed record KeyStatus(string Name, string Id);

/// <summary>A key that was revoked.</summary>
/// <param name="Name">What people called it.</param>
/// <param name="Id">As in <see cref="KeyStatus"/>; null if its file held no usable key.</param>
/// <param name="KeysLeft">How many others are accepted.</param>
/// <param name="Warning">What a person should know; null if all is well.</param>
public sealed record RevokedKey(string Name, string? Id, int KeysLeft, string? Warning);
