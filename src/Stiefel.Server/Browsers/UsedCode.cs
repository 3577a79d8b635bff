namespace Stiefel.Server.Browsers;

/// <summary>Marks a request that presented the code on the screen, which is used up now.</summary>
public sealed record UsedCode;
