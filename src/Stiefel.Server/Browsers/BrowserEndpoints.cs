using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Http;

namespace Stiefel.Server.Browsers;

/// <summary>How a browser signs in by the code on the laptop's screen, what it then may do, and how it signs out.</summary>
public static class BrowserEndpoints
{
    /// <summary>The path of all routes of browsers.</summary>
    public const string Path = "/api/v1/browser";

    /// <summary>Adds the routes of browsers.</summary>
    public static void MapBrowsers(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Path, SignIn)
            .WithName("SignInBrowser").WithTags("Browser").ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Signs a browser in by the code on the laptop's screen, shown as `Authorization: Code …`; it may look, and more when somebody there confirms it");
        endpoints.MapGet(Path, GetRights)
            .WithName("GetBrowser").WithTags("Browser").WithSummary("Whether the one who asks may change things, or look only");
        endpoints.MapDelete(Path, SignOut)
            .WithName("SignOutBrowser").WithTags("Browser").ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Signs the browser out that asks");
    }

    private static Results<Ok<BrowserToken>, ProblemHttpResult> SignIn(HttpContext context, BrowserTable browsers, EventJournal journal)
    {
        if (context.Features.Get<UsedCode>() is null)
        {
            return TypedResults.Problem("a browser signs in by the code on the laptop's screen: Authorization: Code …", statusCode: StatusCodes.Status400BadRequest);
        }

        var browser = browsers.Add(PeerAddress.Of(context));
        journal.Add(EventTopics.Server, "browser", $"a browser at {browser.Address} signed in by the code on the screen");
        return TypedResults.Ok(new BrowserToken(browser.Token, browser.Check));
    }

    private static Ok<BrowserRights> GetRights(HttpContext context) => TypedResults.Ok(
        context.Features.Get<SignedInBrowser>() is { } browser ? new BrowserRights(browser.MayAct, browser.Check) : new BrowserRights(true, null));

    private static Results<NoContent, ProblemHttpResult> SignOut(HttpContext context, BrowserTable browsers)
    {
        if (context.Features.Get<SignedInBrowser>() is not { } browser)
        {
            return TypedResults.Problem("the token is that of a key, not of a browser: it ends with the key", statusCode: StatusCodes.Status404NotFound);
        }

        browsers.Remove(browser);
        return TypedResults.NoContent();
    }
}
