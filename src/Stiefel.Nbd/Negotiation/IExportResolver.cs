namespace Stiefel.Nbd.Negotiation;

/// <summary>Decides which names are exports. Called on connection threads, several at once.</summary>
public interface IExportResolver
{
    /// <summary>
    /// What that name stands for. Comparing in constant time is the resolver's duty, and where names are capabilities, so is to say of every
    /// other name that it is unknown: whoever hears that an export cannot be had just now has learned that it exists.
    /// </summary>
    ExportLookup Resolve(string name);

    /// <summary>The names that NBD_OPT_LIST may tell a stranger.</summary>
    IReadOnlyList<string> ListVisible();

    /// <summary>A client ends its use of an export. Called on its connection's thread; a resolver that has no sessions knows no goodbye.</summary>
    GoodbyeAnswer Hear(Goodbye goodbye) => GoodbyeAnswer.Unknown;
}
