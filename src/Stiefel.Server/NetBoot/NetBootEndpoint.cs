using Stiefel.Server.Http;

namespace Stiefel.Server.NetBoot;

/// <summary>Serves the files of network boot over HTTP, to anyone who asks. They contain no secret.</summary>
/// <param name="files">The offered files.</param>
/// <param name="news">Reports who fetches a file.</param>
internal sealed class NetBootEndpoint(NetBootFiles files, NetBootNews news)
{
    /// <summary>The path before each file name.</summary>
    public const string Path = "/netboot/";

    // A slow client may hold its transfer for any length of time, so limit how many run at once.
    private const int MostAtOnce = 16;

    private int _fetching;

    /// <summary>Answers a GET or HEAD request.</summary>
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
            // The media type by which UEFI knows that this is a disk (UEFI specification, section 24.7).
            context.Response.ContentType = name == NetBootFiles.Image ? "application/vnd.efi-img" : "application/octet-stream";
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
