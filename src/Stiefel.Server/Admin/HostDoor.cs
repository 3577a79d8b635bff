using System.Net;

namespace Stiefel.Server.Admin;

/// <summary>
/// Checks the Host of requests without TLS: only names of this machine are answered, so that a foreign page whose name was made to lead here (DNS rebinding)
/// reaches nothing, not even the status page. With TLS, the certificate has to fit the name.
/// </summary>
public static class HostDoor
{
    /// <summary>Passes on a request whose Host names this machine; answers any other with an empty 421 (RFC 9110 §15.5.20).</summary>
    public static Task PassAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.Request.IsHttps || IsOwn(context.Request.Host.Host))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>True for `localhost`, which browsers resolve themselves (RFC 6761), and for loopback addresses.</summary>
    internal static bool IsOwn(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
