using System.Security.Cryptography;
using System.Text;
using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Grants;

/// <summary>
/// The exports are the capabilities of the sessions that were granted the disk: one, or several of snapshots. No other name
/// is known, and none is listed. A capability is known as long as it is valid, even while the disk cannot be opened, because a desktop
/// gives its disk up when it hears that its export is unknown. Changed by one thread at a time.
/// </summary>
public sealed class SessionExports : IExportResolver
{
    private volatile Armed[] _armed = [];

    /// <summary>Makes this capability the only valid one.</summary>
    /// <param name="exportName">The capability.</param>
    /// <param name="way">Called on the connection's thread.</param>
    public void Arm(string exportName, ExportAccess way) => _armed = [new Armed(HashOf(exportName), way)];

    /// <summary>Makes this capability valid beside the others.</summary>
    public void ArmBeside(string exportName, ExportAccess way) => _armed = [.. _armed, new Armed(HashOf(exportName), way)];

    /// <summary>Stops every capability from opening the disk; known capabilities stay known.</summary>
    public void Bar() => _armed = [.. _armed.Select(armed => armed with { Access = ExportAccess.Barred })];

    /// <summary>Makes every capability unknown.</summary>
    public void Disarm() => _armed = [];

    /// <summary>Makes this capability unknown.</summary>
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
        // Compare hashes: all have the same length, and how many bytes agree reveals nothing about the name.
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
