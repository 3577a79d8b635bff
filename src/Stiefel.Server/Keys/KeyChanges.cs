using Stiefel.Keys;

namespace Stiefel.Server.Keys;

/// <summary>What a look at the directory changed.</summary>
/// <param name="Accepted">New ones.</param>
/// <param name="Revoked">Those accepted no more.</param>
/// <param name="Problems">Files that hold no usable key, one line each.</param>
public sealed record KeyChanges(IReadOnlyList<ListedKey> Accepted, IReadOnlyList<ListedKey> Revoked, IReadOnlyList<string> Problems)
{
    /// <summary>Nothing changed.</summary>
    public static KeyChanges None { get; } = new([], [], []);
}
