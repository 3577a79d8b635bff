namespace Stiefel.Protocol.Control;

/// <summary>An accepted key.</summary>
/// <param name="Name">The key's name, for people.</param>
/// <param name="Id">The name in the key's certificate, which `stiefel key show` shows as "TLS name"; not a secret.</param>
public sealed record KeyStatus(string Name, string Id);

/// <summary>A key that was revoked.</summary>
/// <param name="Name">The key's name, for people.</param>
/// <param name="Id">As in <see cref="KeyStatus"/>; null if its file held no usable key.</param>
/// <param name="KeysLeft">Number of keys that are still accepted.</param>
/// <param name="Warning">A warning for people; null if all is well.</param>
public sealed record RevokedKey(string Name, string? Id, int KeysLeft, string? Warning);
