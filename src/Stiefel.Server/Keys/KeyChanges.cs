using Stiefel.Keys;

namespace Stiefel.Server.Keys;

/// <summary>The changes that a check of the directory found.</summary>
/// <param name="Accepted">Keys that are new.</param>
/// <param name="Revoked">Keys that are no longer accepted.</param>
/// <param name="Problems">Files that hold no usable key, one line each.</param>
public sealed record KeyChanges(IReadOnlyList<ListedKey> Accepted, IReadOnlyList<ListedKey> Revoked, IReadOnlyList<string> Problems)
{
    /// <summary>Nothing changed.</summary>
    public static KeyChanges None { get; } = new([], [], []);
}
