namespace Stiefel.Protocol.Boot;

/// <summary>How the disk's blocks cross the link.</summary>
public enum LinkProtection
{
    /// <summary>In a WireGuard tunnel, one for each desktop.</summary>
    WireGuard,

    /// <summary>Unprotected.</summary>
    None,
}

/// <summary>The words for a link protection in a manifest (docs/protocol.md#manifest), in settings and in config.yaml.</summary>
public static class LinkProtectionWords
{
    private const string WireGuard = "wireguard";
    private const string None = "none";

    /// <summary>The words that <see cref="Read"/> accepts, for messages.</summary>
    public const string Expected = WireGuard + " or " + None;

    /// <summary>The word for a protection.</summary>
    public static string Word(this LinkProtection protection) => protection == LinkProtection.None ? None : WireGuard;

    /// <summary>The protection that a word stands for; null for an unknown word.</summary>
    public static LinkProtection? Read(string word) => word switch
    {
        WireGuard => LinkProtection.WireGuard,
        None => LinkProtection.None,
        _ => null,
    };
}
