namespace Stiefel.Attach.Unlocking;

/// <summary>Which programs of this initramfs ask for passphrases, and can be answered by another program than a keyboard.</summary>
/// <param name="Systemd">systemd-cryptsetup: dracut, mkinitcpio with systemd.</param>
/// <param name="Askpass">Debian's askpass: cryptsetup-initramfs.</param>
internal readonly record struct InitramfsPrompts(bool Systemd, bool Askpass)
{
    /// <summary>What askpass makes and reads from.</summary>
    internal const string Pipe = "/lib/cryptsetup/passfifo";

    private static readonly string[] s_systemd = ["usr/lib/systemd/systemd-cryptsetup", "lib/systemd/systemd-cryptsetup", "usr/bin/systemd-cryptsetup"];
    private static readonly string[] s_askpass = ["lib/cryptsetup/askpass", "usr/lib/cryptsetup/askpass"];

    /// <param name="root">The initramfs.</param>
    internal static InitramfsPrompts Find(string root = "/")
    {
        bool HasAny(string[] paths) => paths.Any(path => File.Exists(Path.Combine(root, path)));
        return new InitramfsPrompts(HasAny(s_systemd), HasAny(s_askpass));
    }
}
