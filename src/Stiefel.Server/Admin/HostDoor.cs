using System.Net;

namespace Stiefel.Server.Admin;

/// <summary>
/// In the clear, only the names of this machine itself are answered: a foreign page whose name was made to lead here (DNS rebinding) reaches nothing,
/// not even the page. In TLS, the certificate has to fit the name.
/// </summary>
public static class HostDoor
{
    /// <summary>Lets a request on whose Host can be meant for here; answers 421 (RFC 9110 §15.5.20), with nothing in it, to any other.</summary>
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

    /// <summary>`localhost`, which browsers resolve themselves (RFC 6761), and loopback's addresses.</summary>
    internal static bool IsOwn(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
