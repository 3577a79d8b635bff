using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Keys;
using Stiefel.Protocol.Control;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Revocation;

/// <summary>Which keys are accepted, and the end of one: a laptop that serves from its ramdisk has nobody who could remove a file there.</summary>
public static class KeyEndpoints
{
    private const string Path = "/api/v1/keys";

    /// <summary>Adds the routes of keys.</summary>
    public static void MapKeys(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, GetKeys)
            .WithName("GetKeys").WithTags("Keys").WithSummary("Keys that are accepted now; nothing of them that is secret");
        endpoints.MapDelete($"{Path}/{{name}}", RevokeKeyAsync)
            .WithName("RevokeKey").WithTags("Keys")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status500InternalServerError)
            .WithSummary("Revokes a key: before the answer its sessions are ended, their connections to the disk fenced, and its file removed");
    }

    private static Ok<KeyStatus[]> GetKeys(KeyRing ring) => TypedResults.Ok(ring.Accepted.Select(key => new KeyStatus(key.Key.Name, key.Id)).ToArray());

    // Also the key whose token asks, and the last one: who lost a stick must be able to end it with whatever they have.
    private static async Task<Results<Ok<RevokedKey>, ProblemHttpResult>> RevokeKeyAsync(string name, KeyWatch keys, KeyRing ring)
    {
        if (!KeyFiles.IsName(name))
        {
            return TypedResults.Problem($"no key can be called that: expected {KeyFiles.NameRule}", statusCode: StatusCodes.Status400BadRequest);
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
