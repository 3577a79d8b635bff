using Stiefel.Server.Http;
using Stiefel.Server.Strangers;

namespace Stiefel.Server.BootPlane;

/// <summary>The one answer to every request without proof of a key, whatever was wrong: an empty 403.</summary>
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

    // A stranger can choose any path; leave long ones out of the log.
    private static string PathOf(HttpContext context) => context.Request.Path.Value is { Length: < 40 } path ? path : "/…";
}
