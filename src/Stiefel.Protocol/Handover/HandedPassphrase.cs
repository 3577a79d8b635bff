namespace Stiefel.Protocol.Handover;

/// <summary>The file in the appended cpio that holds only the passphrase of the payload's root, mode 0600 (docs/protocol.md#the-appended-cpio).</summary>
public static class HandedPassphrase
{
    /// <summary>The file's path in the payload's initramfs.</summary>
    public const string Path = "/stiefel/passphrase";

    /// <summary>Largest size of the file in bytes.</summary>
    public const int MaxBytes = Boot.UnlockAnswer.MaxPassphraseBytes;
}
