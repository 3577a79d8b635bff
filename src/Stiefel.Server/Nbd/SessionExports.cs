using System.Security.Cryptography;
using System.Text;
using Stiefel.Nbd;

namespace Stiefel.Server.Nbd;

/// <summary>
/// At most one name is an export: the current session's capability. Nothing else is known here, and nothing is listed.
/// </summary>
public sealed class SessionExports : IExportResolver
{
    private volatile Armed? _armed;

    /// <summary>From now on this capability opens what the function gives, and no other does.</summary>
    /// <param name="exportName">The capability.</param>
    /// <param name="open">Called on the connection's thread; null if the disk cannot be had now.</param>
    public void Arm(string exportName, Func<NbdExport?> open) => _armed = new Armed(SHA256.HashData(Encoding.UTF8.GetBytes(exportName)), open);

    /// <summary>From now on nothing is an export.</summary>
    public void Disarm() => _armed = null;

    public NbdExport? Resolve(string name)
    {
        // Hashes have one length and tell nothing by how many of their bytes agree: the comparison cannot be used to guess.
        var armed = _armed;
        return armed is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(name)), armed.NameHash)
            ? armed.Open()
            : null;
    }

    public IReadOnlyList<string> ListVisible() => [];

    private sealed record Armed(byte[] NameHash, Func<NbdExport?> Open);
}
