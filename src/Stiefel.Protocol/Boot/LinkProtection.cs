namespace Stiefel.Protocol.Boot;

/// <summary>How the disk's blocks cross the link.</summary>
public enum LinkProtection
{
    /// <summary>In a tunnel for each desktop.</summary>
    WireGuard,

    /// <summary>In the open.</summary>
    None,
}

/// <summary>How a protection is spelt: in a manifest (docs/protocol.md#manifest), in settings and in config.yaml.</summary>
public static class LinkProtectionWords
{
    private const string WireGuard = "wireguard";
    private const string None = "none";

    /// <summary>What <see cref="Read"/> takes, for messages.</summary>
    public const string Expected = WireGuard + " or " + None;

    /// <summary>Its word.</summary>
    public static string Word(this LinkProtection protection) => protection == LinkProtection.None ? None : WireGuard;

    /// <summary>What a word means; null for any other.</summary>
    public static LinkProtection? Read(string word) => word switch
    {
        WireGuard => LinkProtection.WireGuard,
        None => LinkProtection.None,
        _ => null,
    };
}
