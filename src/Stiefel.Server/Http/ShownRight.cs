namespace Stiefel.Server.Http;

/// <summary>A feature of a request: what let it in. An answer that goes on for hours ends when that does.</summary>
/// <param name="Holds">False when the key is revoked, or the browser signed out.</param>
public sealed record ShownRight(Func<bool> Holds);
