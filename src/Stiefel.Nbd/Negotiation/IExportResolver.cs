namespace Stiefel.Nbd.Negotiation;

/// <summary>Decides which names are exports. Called on connection threads, several at once.</summary>
public interface IExportResolver
{
    /// <summary>
    /// Looks up a name, comparing in constant time. Where names are capabilities, the resolver calls every other name
    /// unknown: the answer "not now" would reveal that the export exists.
    /// </summary>
    ExportLookup Resolve(string name);

    /// <summary>The names that NBD_OPT_LIST may reveal to strangers.</summary>
    IReadOnlyList<string> ListVisible();

    /// <summary>Handles a client's goodbye, on the connection's thread.</summary>
    GoodbyeAnswer Hear(Goodbye goodbye) => GoodbyeAnswer.Unknown;

    /// <summary>Answers a request for notices, on the connection's thread; may wait for a notice, but not for ever.</summary>
    NoticeAnswer Ask(NoticeQuestion question) => NoticeAnswer.Unknown;
}
