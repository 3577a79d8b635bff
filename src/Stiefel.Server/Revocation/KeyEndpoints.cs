using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Keys;
using Stiefel.Protocol.Control;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Revocation;

/// <summary>Lists and revokes keys over the control plane, because no one can remove a key's file on a laptop that serves from its ramdisk.</summary>
public static class KeyEndpoints
{
    private const string Path = "/api/v1/keys";

    /// <summary>Adds the routes below /api/v1/keys.</summary>
    public static void MapKeys(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, GetKeys)
            .WithName("GetKeys").WithTags("Keys").WithSummary("Lists the keys that are accepted now, without their secrets");
        endpoints.MapDelete($"{Path}/{{name}}", RevokeKeyAsync)
            .WithName("RevokeKey").WithTags("Keys")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status500InternalServerError)
            .WithSummary("Revokes a key: before the answer its sessions are ended, their connections to the disk fenced, and its file removed");
    }

    private static Ok<KeyStatus[]> GetKeys(KeyRing ring) => TypedResults.Ok(ring.Accepted.Select(key => new KeyStatus(key.Key.Name, key.Id)).ToArray());

    // Allow revoking the key whose token asks, and the last key: a person who lost a stick must be able to revoke it with any key at hand.
    private static async Task<Results<Ok<RevokedKey>, ProblemHttpResult>> RevokeKeyAsync(string name, KeyWatch keys, KeyRing ring)
    {
        if (!KeyFiles.IsName(name))
        {
            return TypedResults.Problem($"not a valid name of a key: expected {KeyFiles.NameRule}", statusCode: StatusCodes.Status400BadRequest);
        }

        if (await keys.RevokeAsync(name) is not { } revocation)
        {
            return TypedResults.Problem($"there is no key '{name}' here; there are: {string.Join(", ", ring.ListNames())}", statusCode: StatusCodes.Status404NotFound);
        }

        return revocation.Problem(name) is { } problem
            ? TypedResults.Problem(problem, statusCode: StatusCodes.Status500InternalServerError)
            : TypedResults.Ok(new RevokedKey(name, revocation.Id, revocation.KeysLeft, revocation.Warning(name)));
    }
}
