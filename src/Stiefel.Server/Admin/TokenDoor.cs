using System.Net.Http.Headers;
using System.Text;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Http;
using Stiefel.Server.Keys;
using Stiefel.Server.Page;
using Stiefel.Server.Strangers;

namespace Stiefel.Server.Admin;

/// <summary>
/// Requires the token of an accepted key for the control plane (docs/protocol.md#certificate-and-token): as a bearer token (RFC 6750), or, for reading only,
/// as the password of Basic authentication (RFC 7617), which a browser can ask for.
/// </summary>
public sealed class TokenDoor(KeyRing keys, StrangerLog strangers, StrangerBudget budget)
{
    /// <summary>The paths that need no token, because neither says anything about this laptop.</summary>
    private static readonly string[] s_open = ["/healthz", StatusPage.Path];

    /// <summary>Passes on a request that carries an accepted key's token; answers any other with 401.</summary>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (IsLook(context.Request) && s_open.Contains(context.Request.Path.Value))
        {
            await next(context);
            return;
        }

        if (KeyOf(context.Request) is not { } key)
        {
            strangers.Knocked(PeerAddress.Of(context), "the control plane without its token");
            await budget.TakeOrWaitAsync(context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = new[] { "Bearer realm=\"stiefel\"", "Basic realm=\"stiefel: any name, and the token of: stiefel key token\"" };
            context.Response.ContentLength = 0;
            return;
        }

        context.Features.Get<ConnectionStanding>()?.Prove();
        context.Features.Set(new ShownKey(key.Id));
        await next(context);
    }

    private static bool IsLook(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private ListedKey? KeyOf(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || header.Parameter is not { } parameter)
        {
            return null;
        }

        // A browser also sends a remembered password with requests that foreign pages cause, so Basic authentication may read but change nothing.
        var token = header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => parameter,
            "BASIC" when IsLook(request) => PasswordOf(parameter),
            _ => null,
        };
        if (token is null)
        {
            return null;
        }

        // Try all keys even after a match, so that the time taken does not tell which key it was.
        ListedKey? shown = null;
        foreach (var key in keys.Accepted)
        {
            shown = AdminToken.IsOf(key.Key, token) ? key : shown;
        }

        return shown;
    }

    private static string? PasswordOf(string parameter)
    {
        Span<byte> decoded = stackalloc byte[256];
        if (!Convert.TryFromBase64String(parameter, decoded, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(decoded[..length]);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : pair[(colon + 1)..];
    }
}
