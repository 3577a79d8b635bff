namespace Stiefel.Server.Browsers;

/// <summary>A feature of a request: it showed the code on the screen, which is used up.</summary>
public sealed record UsedCode;
