namespace Stiefel.Server.Http;

/// <summary>The right by which a request was let in. An answer that lasts for hours ends when the right does.</summary>
/// <param name="Holds">False when the key is revoked, or the browser signed out.</param>
public sealed record ShownRight(Func<bool> Holds);
