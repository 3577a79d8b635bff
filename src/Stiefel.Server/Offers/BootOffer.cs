using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Offers;

/// <summary>A manifest and the files it was made from.</summary>
/// <param name="Manifest">The manifest for desktops; withheld from a session until it has unlocked the boot files, if they are encrypted.</param>
/// <param name="Fingerprint">Tells whether the files have changed since: <see cref="BootFingerprint"/>.</param>
/// <param name="Locked">The encrypted device that the files lie on: each session must show that it knows the passphrase. Null if there is none.</param>
public sealed record BootOffer(BootManifest Manifest, string Fingerprint, LockedBoot? Locked = null)
{
    /// <summary>What a desktop is told in the handshake.</summary>
    public BootManifest ForHello() => (Locked is null ? Manifest : BootManifest.ForLocked(Locked, Manifest.Laptop, Manifest.Link)) with { TakesMachine = true };

    /// <summary>The offer before anyone has given the passphrase.</summary>
    public static BootOffer Unknown(LockedBoot locked, string laptop, LinkParameters link) => new(BootManifest.ForLocked(locked, laptop, link), "", locked);
}
