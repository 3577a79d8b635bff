using Stiefel.Server.Keys;

namespace Stiefel.Server.Revocation;

/// <summary>The outcome of revoking a key.</summary>
/// <param name="Id">See <see cref="KeyRing.IdOf"/>; null if its file held no usable key.</param>
/// <param name="Changes">The accepted names of the key that this ended.</param>
/// <param name="KeysLeft">How many other keys are still accepted.</param>
/// <param name="FileProblem">Why the key's file may still exist when the server restarts; null if it is gone.</param>
/// <param name="EndingProblem">Why not all of its sessions are ended yet; null if they are.</param>
public sealed record KeyRevocation(string? Id, KeyChanges Changes, int KeysLeft, string? FileProblem, string? EndingProblem)
{
    /// <summary>Why the key is not fully revoked, in one line; null if it is.</summary>
    /// <param name="name">The key's name.</param>
    public string? Problem(string name) => this switch
    {
        { EndingProblem: { } ending } =>
            $"{name} is accepted no more, but not all of its grants are ended yet: {ending}; the server tries again twice a second, and the status shows who still has the disk",
        { FileProblem: { } file } =>
            $"{name} is accepted no more and its sessions are ended, but its file may still be there: {file}; remove it by hand, or it is accepted again when the server starts anew",
        _ => null,
    };

    /// <summary>A warning for the person who revoked the key; null if there is none.</summary>
    /// <param name="name">The key's name.</param>
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
