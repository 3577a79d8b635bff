using Stiefel.Server.Keys;

namespace Stiefel.Server.Revocation;

/// <summary>How a key was revoked.</summary>
/// <param name="Id">See <see cref="KeyRing.IdOf"/>; null if its file held no usable key.</param>
/// <param name="Changes">Under which names it was accepted.</param>
/// <param name="KeysLeft">How many others are accepted.</param>
/// <param name="FileProblem">Why its file may be there when the server starts anew; null if it is gone.</param>
/// <param name="EndingProblem">Why its sessions are not all ended yet; null if they are.</param>
public sealed record KeyRevocation(string? Id, KeyChanges Changes, int KeysLeft, string? FileProblem, string? EndingProblem)
{
    /// <summary>What stands in the way of "it is revoked", in one line; null if nothing does.</summary>
    /// <param name="name">The key's.</param>
    public string? Problem(string name) => this switch
    {
        { EndingProblem: { } ending } =>
            $"{name} is accepted no more, but what it was granted is not all ended yet: {ending}; that is tried again twice a second, and the status shows who still has the disk",
        { FileProblem: { } file } =>
            $"{name} is accepted no more and its sessions are ended, but its file may still be there: {file}; remove it by hand, or it is accepted again when the server starts anew",
        _ => null,
    };

    /// <summary>What the person who revoked it should know; null if all is as expected.</summary>
    /// <param name="name">The key's.</param>
    public string? Warning(string name)
    {
        string[] others = [.. Changes.Revoked.Select(key => key.Key.Name).Where(other => other != name)];
        if (others.Length > 0)
        {
            return $"the same key is here as {string.Join(", ", others)} too; revoke that as well, or it is accepted again when the server starts anew";
        }

        return KeysLeft == 0 ? "it was the last key: nobody can boot from this laptop or use its control plane until there is another in its directory" : null;
    }
}
