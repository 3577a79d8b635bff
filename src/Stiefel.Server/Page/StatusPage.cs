using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Server.Page;

/// <summary>
/// The status page: one file with its style and script inside, stored and sent compressed. Its content security policy (CSP 3) names both by their hashes,
/// so that a browser runs no other script; it also allows requests to this server only, and forbids other pages to show this one in a frame.
/// </summary>
public static class StatusPage
{
    /// <summary>The path of the page.</summary>
    public const string Path = "/";

    /// <summary>Forbids browsers to keep the page, because it must fit the version of the server that it talks to.</summary>
    private const string Caching = "no-store";

    private static readonly Lazy<byte[]> s_compressed = new(Load);
    private static readonly Lazy<string> s_policy = new(() => PolicyOf(Encoding.UTF8.GetString(Unpack(s_compressed.Value))));

    /// <summary>Answers with the page.</summary>
    public static async Task SendAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Response.Headers;
        headers.ContentType = "text/html; charset=utf-8";
        headers.ContentSecurityPolicy = s_policy.Value;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = Caching;
        headers.Vary = "Accept-Encoding";
        var body = s_compressed.Value;
        if (context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            headers.ContentEncoding = "gzip";
        }
        else
        {
            body = Unpack(body);
        }

        headers.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>The content security policy of the page: what a browser may load and run.</summary>
    internal static string PolicyOf(string page) =>
        $"default-src 'none'; script-src {HashOf(page, "script")}; style-src {HashOf(page, "style")}; img-src data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static string HashOf(string page, string element)
    {
        var begin = page.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        var end = page.IndexOf($"</{element}>", begin, StringComparison.Ordinal);
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page[begin..end])))}'";
    }

    private static byte[] Load()
    {
        using var resource = typeof(StatusPage).Assembly.GetManifestResourceStream("status.html.gz")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Unpack(byte[] compressed)
    {
        using var unpacked = new MemoryStream();
        using var reader = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        reader.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
