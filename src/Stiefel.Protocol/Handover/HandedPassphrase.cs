namespace Stiefel.Protocol.Handover;

/// <summary>The passphrase of the payload's root, in a file of its own in the appended cpio, mode 0600: its bytes and nothing else (docs/protocol.md#the-appended-cpio).</summary>
public static class HandedPassphrase
{
    /// <summary>Path in the payload's initramfs.</summary>
    public const string Path = "/stiefel/passphrase";

    /// <summary>Bytes.</summary>
    public const int MaxBytes = Boot.UnlockAnswer.MaxPassphraseBytes;
}
