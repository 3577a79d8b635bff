namespace Stiefel.Server.Page;

/// <summary>The status page.</summary>
public static class PageEndpoints
{
    /// <summary>Adds the page. It holds no secret and needs no token; what it shows, it asks for with one.</summary>
    public static void MapPage(this IEndpointRouteBuilder endpoints) => endpoints
        .MapMethods(StatusPage.Path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => StatusPage.SendAsync(context))
        .ExcludeFromDescription();
}
