using Stiefel.Server.Http;

namespace Stiefel.Server.NetBoot;

/// <summary>The files of network boot over HTTP: the only ones that this server gives to everybody. There is no secret in them.</summary>
/// <param name="files">What is offered.</param>
/// <param name="news">Is told who fetches.</param>
internal sealed class NetBootEndpoint(NetBootFiles files, NetBootNews news)
{
    /// <summary>What their names follow.</summary>
    public const string Path = "/netboot/";

    // Each may take a large file as slowly as it likes.
    private const int MostAtOnce = 16;

    private int _fetching;

    /// <summary>Answers GET and HEAD.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var name = context.Request.Path.Value![Path.Length..];
        if (files.Find(name) is not { } content)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _fetching) > MostAtOnce)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            context.Response.ContentLength = content.Length;
            context.Response.ContentType = "application/octet-stream";
            if (HttpMethods.IsHead(context.Request.Method))
            {
                return;
            }

            news.Fetched(PeerAddress.Of(context), name, isByHttp: true);
            foreach (var piece in content.Pieces)
            {
                await piece.SendAsync(context.Response, context.RequestAborted);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _fetching);
        }
    }
}
