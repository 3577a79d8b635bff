namespace Stiefel.Server.Page;

/// <summary>The route of the status page.</summary>
public static class PageEndpoints
{
    /// <summary>Adds the page. It contains no secret and needs no token; its script asks for the token and fetches with it what the page shows.</summary>
    public static void MapPage(this IEndpointRouteBuilder endpoints) => endpoints
        .MapMethods(StatusPage.Path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => StatusPage.SendAsync(context))
        .ExcludeFromDescription();
}
