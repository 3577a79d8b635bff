using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Boot;

/// <summary>A manifest and the files it was made from.</summary>
/// <param name="Manifest">What desktops are told.</param>
/// <param name="Fingerprint">See <see cref="BootFingerprint"/>.</param>
public sealed record BootOffer(BootManifest Manifest, string Fingerprint);
