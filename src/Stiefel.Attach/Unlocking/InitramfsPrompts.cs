namespace Stiefel.Attach.Unlocking;

/// <summary>The programs in this initramfs that ask for passphrases and can take one from another program.</summary>
/// <param name="Systemd">systemd-cryptsetup: dracut, mkinitcpio with systemd.</param>
/// <param name="Askpass">Debian's askpass: cryptsetup-initramfs.</param>
/// <param name="EncryptHook">The hook `encrypt` of Arch's cryptsetup: mkinitcpio with busybox.</param>
internal readonly record struct InitramfsPrompts(bool Systemd, bool Askpass, bool EncryptHook)
{
    /// <summary>The pipe that askpass makes and reads from.</summary>
    internal const string Pipe = "/lib/cryptsetup/passfifo";

    /// <summary>The key file that the hook tries before it asks, and always removes.</summary>
    internal const string KeyFile = "/crypto_keyfile.bin";

    private static readonly string[] s_systemd = ["usr/lib/systemd/systemd-cryptsetup", "lib/systemd/systemd-cryptsetup", "usr/bin/systemd-cryptsetup"];
    private static readonly string[] s_askpass = ["lib/cryptsetup/askpass", "usr/lib/cryptsetup/askpass"];
    private static readonly string[] s_encryptHook = ["hooks/encrypt"];

    /// <summary>True if a passphrase can be handed to any of them.</summary>
    internal bool Any => Systemd || Askpass || EncryptHook;

    /// <param name="root">The root directory of the initramfs.</param>
    internal static InitramfsPrompts Find(string root = "/")
    {
        bool HasAny(string[] paths) => paths.Any(path => File.Exists(Path.Combine(root, path)));
        return new InitramfsPrompts(HasAny(s_systemd), HasAny(s_askpass), HasAny(s_encryptHook));
    }
}
