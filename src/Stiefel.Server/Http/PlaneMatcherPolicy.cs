using Microsoft.AspNetCore.Routing.Matching;

namespace Stiefel.Server.Http;

/// <summary>Lets a listener reach only the endpoints of its own plane, as if the others did not exist.</summary>
public sealed class PlaneMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    // Run before ASP.NET's own policies (HTTP methods have order -1000), so that no other plane's 405 appears.
    /// <inheritdoc/>
    public override int Order => -2000;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var plane = httpContext.Features.Get<PlaneTag>();
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && !Belongs(candidates[i].Endpoint, plane))
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>ASP.NET's own "405 Method Not Allowed" endpoint has no tag; only the laptop's owner may see it.</summary>
    private static bool Belongs(Endpoint endpoint, PlaneTag? plane) =>
        plane is not null && (endpoint.Metadata.GetMetadata<PlaneTag>() ?? new PlaneTag(Plane.Admin)) == plane;
}
