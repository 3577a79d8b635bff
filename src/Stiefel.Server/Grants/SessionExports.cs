using System.Security.Cryptography;
using System.Text;
using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Grants;

/// <summary>
/// What is an export are the capabilities of the sessions that were granted the disk: one, or, of snapshots, several. Nothing else
/// is known here, and nothing is listed. A capability is known as long as it is valid, also while the disk cannot be opened: a desktop
/// that hears of an unknown export gives its disk up. Changed by one thread at a time.
/// </summary>
public sealed class SessionExports : IExportResolver
{
    private volatile Armed[] _armed = [];

    /// <summary>From now on this capability is the only one.</summary>
    /// <param name="exportName">The capability.</param>
    /// <param name="way">Asked on the connection's thread.</param>
    public void Arm(string exportName, ExportAccess way) => _armed = [new Armed(HashOf(exportName), way)];

    /// <summary>From now on this capability is one as well.</summary>
    public void ArmBeside(string exportName, ExportAccess way) => _armed = [.. _armed, new Armed(HashOf(exportName), way)];

    /// <summary>From now on no capability opens anything; those that are known stay so.</summary>
    public void Bar() => _armed = [.. _armed.Select(armed => armed with { Access = ExportAccess.Barred })];

    /// <summary>From now on nothing is an export.</summary>
    public void Disarm() => _armed = [];

    /// <summary>From now on this capability is none.</summary>
    public void Disarm(string exportName)
    {
        var hash = HashOf(exportName);
        _armed = [.. _armed.Where(armed => !CryptographicOperations.FixedTimeEquals(armed.NameHash, hash))];
    }

    /// <inheritdoc/>
    public ExportLookup Resolve(string name) => Find(name)?.Open() ?? ExportLookup.Unknown;

    /// <inheritdoc/>
    public GoodbyeAnswer Hear(Goodbye goodbye) => Find(goodbye.ExportName)?.Hear(goodbye) ?? GoodbyeAnswer.Unknown;

    /// <inheritdoc/>
    public NoticeAnswer Ask(NoticeQuestion question) => Find(question.ExportName)?.Ask(question) ?? NoticeAnswer.Unknown;

    /// <inheritdoc/>
    public IReadOnlyList<string> ListVisible() => [];

    private ExportAccess? Find(string name)
    {
        // Hashes have one length and tell nothing by how many of their bytes agree: the comparison cannot be used to guess.
        var hash = HashOf(name);
        Armed? found = null;
        foreach (var armed in _armed)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, armed.NameHash) ? armed : found;
        }

        return found?.Access;
    }

    private static byte[] HashOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    private sealed record Armed(byte[] NameHash, ExportAccess Access);
}
