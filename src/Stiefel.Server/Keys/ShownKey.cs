namespace Stiefel.Server.Keys;

/// <summary>A feature of a request: the key whose token it carried.</summary>
/// <param name="Id">See <see cref="KeyRing.IdOf"/>.</param>
public sealed record ShownKey(string Id);
