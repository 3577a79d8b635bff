namespace Stiefel.Attach.Unlocking;

/// <summary>What asks for passphrases in this initramfs, and can be answered by another program than a keyboard.</summary>
/// <param name="Systemd">systemd-cryptsetup: dracut, mkinitcpio with systemd.</param>
/// <param name="Askpass">Debian's askpass: cryptsetup-initramfs.</param>
/// <param name="EncryptHook">The hook `encrypt` of Arch's cryptsetup: mkinitcpio with busybox.</param>
internal readonly record struct InitramfsPrompts(bool Systemd, bool Askpass, bool EncryptHook)
{
    /// <summary>What askpass makes and reads from.</summary>
    internal const string Pipe = "/lib/cryptsetup/passfifo";

    /// <summary>What the hook tries before it asks, and removes in any case.</summary>
    internal const string KeyFile = "/crypto_keyfile.bin";

    private static readonly string[] s_systemd = ["usr/lib/systemd/systemd-cryptsetup", "lib/systemd/systemd-cryptsetup", "usr/bin/systemd-cryptsetup"];
    private static readonly string[] s_askpass = ["lib/cryptsetup/askpass", "usr/lib/cryptsetup/askpass"];
    private static readonly string[] s_encryptHook = ["hooks/encrypt"];

    /// <summary>There is something that a passphrase can be handed to.</summary>
    internal bool Any => Systemd || Askpass || EncryptHook;

    /// <param name="root">The initramfs.</param>
    internal static InitramfsPrompts Find(string root = "/")
    {
        bool HasAny(string[] paths) => paths.Any(path => File.Exists(Path.Combine(root, path)));
        return new InitramfsPrompts(HasAny(s_systemd), HasAny(s_askpass), HasAny(s_encryptHook));
    }
}
