using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Browsers;
using Stiefel.Server.Http;
using Stiefel.Server.Keys;
using Stiefel.Server.Page;
using Stiefel.Server.Strangers;

namespace Stiefel.Server.Admin;

/// <summary>
/// Requires the token of an accepted key for the control plane (docs/protocol.md#certificate-and-token): as a bearer token (RFC 6750), or, for reading only,
/// as the password of Basic authentication (RFC 7617), which a browser can ask for. The code on the laptop's screen opens one route, once, and gives
/// a browser a token of its own.
/// </summary>
public sealed class TokenDoor(KeyRing keys, OneTimeCode code, BrowserTable browsers, StrangerLog strangers, StrangerBudget budget)
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

        var key = KeyOf(context.Request);
        var browser = key is null ? BrowserOf(context.Request) : null;
        if (key is null && browser is null && !HasCode(context.Request))
        {
            strangers.Knocked(PeerAddress.Of(context), "the control plane without its token");
            await budget.TakeOrWaitAsync(context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = new[] { "Bearer realm=\"stiefel\"", "Basic realm=\"stiefel: any name, and the token of: stiefel key token\"" };
            context.Response.ContentLength = 0;
            return;
        }

        if (browser is { MayAct: false } && !IsLook(context.Request) && !IsItsOwnEnd(context.Request))
        {
            await TypedResults.Problem("this browser may only look until somebody at the laptop's keyboard lets it do more", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }

        context.Features.Get<ConnectionStanding>()?.Prove();
        Note(context.Features, key, browser);
        await next(context);
    }

    private void Note(IFeatureCollection features, ListedKey? key, SignedInBrowser? browser)
    {
        if (key is not null)
        {
            features.Set(new ShownRight(() => keys.Accepts(key.Id)));
        }
        else if (browser is not null)
        {
            features.Set(browser);
            features.Set(new ShownRight(() => browsers.IsSignedIn(browser)));
        }
        else
        {
            features.Set(new UsedCode());
        }
    }

    private static bool IsItsOwnEnd(HttpRequest request) => HttpMethods.IsDelete(request.Method) && request.Path.Equals(BrowserEndpoints.Path);

    private bool HasCode(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.Equals(BrowserEndpoints.Path) && ParameterOf(request, "Code") is { } presented && code.TryUse(presented);

    private SignedInBrowser? BrowserOf(HttpRequest request) => ParameterOf(request, "Bearer") is { } token ? browsers.Find(token) : null;

    private static string? ParameterOf(HttpRequest request, string scheme) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) && string.Equals(header.Scheme, scheme, StringComparison.OrdinalIgnoreCase) ? header.Parameter : null;

    private static bool IsLook(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private ListedKey? KeyOf(HttpRequest request)
    {
        // A browser also sends a remembered password with requests that foreign pages cause, so Basic authentication may read but change nothing.
        var token = ParameterOf(request, "Bearer") ?? (IsLook(request) && ParameterOf(request, "Basic") is { } pair ? PasswordOf(pair) : null);
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
