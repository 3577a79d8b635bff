namespace Stiefel.Nbd.Negotiation;

/// <summary>Decides which names are exports. Called on connection threads, several at once.</summary>
public interface IExportResolver
{
    /// <summary>
    /// What that name stands for. The resolver compares in constant time. Where names are capabilities, it calls every other
    /// name unknown: to say that an export cannot be had just now would tell that it exists.
    /// </summary>
    ExportLookup Resolve(string name);

    /// <summary>The names that NBD_OPT_LIST may tell a stranger.</summary>
    IReadOnlyList<string> ListVisible();

    /// <summary>A client ends its use of an export. Called on its connection's thread; a resolver that has no sessions knows no goodbye.</summary>
    GoodbyeAnswer Hear(Goodbye goodbye) => GoodbyeAnswer.Unknown;

    /// <summary>A client asks for notices. Called on its connection's thread, and may take until there are some, but not for ever; a resolver that has no sessions has none.</summary>
    NoticeAnswer Ask(NoticeQuestion question) => NoticeAnswer.Unknown;
}
