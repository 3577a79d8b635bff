using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Keys;

/// <summary>A key and where it came from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Id">See <see cref="KeyRing.IdOf"/>.</param>
/// <param name="Stamp">Its file when it was read.</param>
public sealed record AcceptedKey(SharedKey Key, string Id, KeyFileStamp Stamp);

/// <summary>What a look at the folder found.</summary>
/// <param name="Accepted">New ones.</param>
/// <param name="Revoked">Those accepted no more.</param>
/// <param name="Problems">Files that hold no usable key, one line each.</param>
public sealed record KeyChanges(IReadOnlyList<AcceptedKey> Accepted, IReadOnlyList<AcceptedKey> Revoked, IReadOnlyList<string> Problems)
{
    public static KeyChanges None { get; } = new([], [], []);
}
