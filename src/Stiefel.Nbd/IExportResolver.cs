namespace Stiefel.Nbd;

/// <summary>Decides which names are exports. Called on connection threads, several at once.</summary>
public interface IExportResolver
{
    /// <summary>The export of that name, or null if there is none. Comparing in constant time is the resolver's duty.</summary>
    NbdExport? Resolve(string name);

    /// <summary>The names that NBD_OPT_LIST may tell a stranger.</summary>
    IReadOnlyList<string> ListVisible();
}
