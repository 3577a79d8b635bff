namespace Stiefel.Server.Keys;

/// <summary>On a request: the key whose token it showed.</summary>
/// <param name="Id">See <see cref="KeyRing.IdOf"/>.</param>
public sealed record ShownKey(string Id);
