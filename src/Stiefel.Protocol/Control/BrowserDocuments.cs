namespace Stiefel.Protocol.Control;

/// <summary>The answer to a browser that showed the code on the laptop's screen.</summary>
/// <param name="Token">The browser's bearer token from now on.</param>
/// <param name="Check">Four digits, which the laptop's screen shows as well.</param>
public sealed record BrowserToken(string Token, string Check);

/// <summary>The rights of the client that asks.</summary>
/// <param name="MayAct">False if the client may only look.</param>
/// <param name="Check">The digits of <see cref="BrowserToken"/>; null for the holder of a key.</param>
public sealed record BrowserRights(bool MayAct, string? Check);
