using Stiefel.Server.Http;
using Stiefel.Server.Strangers;

namespace Stiefel.Server.BootPlane;

/// <summary>The one answer for everybody who could not prove to hold a key, whatever was wrong: 403, empty.</summary>
public sealed class StrangerRefusal(StrangerLog log, StrangerBudget budget)
{
    /// <summary>The empty 403 that every stranger gets (docs/security.md).</summary>
    public async Task RefuseAsync(HttpContext context)
    {
        log.Knocked(PeerAddress.Of(context), $"{context.Request.Method} {PathOf(context)} without a key of this laptop");
        await budget.TakeOrWaitAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentLength = 0;
    }

    // Long or odd paths are the stranger's to choose and the console's to suffer.
    private static string PathOf(HttpContext context) => context.Request.Path.Value is { Length: < 40 } path ? path : "/…";
}
