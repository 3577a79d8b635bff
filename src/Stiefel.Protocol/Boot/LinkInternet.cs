namespace Stiefel.Protocol.Boot;

/// <summary>If the payload may use the network behind the link's card, beside its disk.</summary>
public enum LinkInternet
{
    /// <summary>Once another machine than the laptop is heard there.</summary>
    Auto,

    /// <summary>From the start.</summary>
    Yes,

    /// <summary>Never.</summary>
    No,
}

/// <summary>The words for it in a manifest (docs/protocol.md#manifest), in the session file, in settings and in config.yaml.</summary>
public static class LinkInternetWords
{
    private const string Auto = "auto";
    private const string Yes = "yes";
    private const string No = "no";

    /// <summary>The choice of a laptop whose owner made none.</summary>
    public const LinkInternet Usual = LinkInternet.No;

    /// <summary>The words that <see cref="Read"/> accepts, for messages.</summary>
    public const string Expected = "auto, yes or no";

    /// <summary>The word for a choice.</summary>
    public static string Word(this LinkInternet internet) => internet switch
    {
        LinkInternet.Yes => Yes,
        LinkInternet.No => No,
        _ => Auto,
    };

    /// <summary>The choice that a word stands for; null for an unknown word.</summary>
    public static LinkInternet? Read(string? word) => word switch
    {
        Auto => LinkInternet.Auto,
        Yes => LinkInternet.Yes,
        No => LinkInternet.No,
        _ => null,
    };
}
