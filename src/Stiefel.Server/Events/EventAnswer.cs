using System.Buffers;
using System.IO.Pipelines;
using Stiefel.Protocol.Control;
using Stiefel.Server.Http;

namespace Stiefel.Server.Events;

/// <summary>
/// Server-sent events (WHATWG HTML §9.2): first the kept events after the last one that the client has seen, then new ones. The answer ends with the
/// server, when the key whose token was used is revoked or the browser signed out, and when the client stops reading.
/// </summary>
/// <param name="journal">The journal that is sent.</param>
/// <param name="seen">The last event that the client knows; 0 for none.</param>
/// <param name="lifetime">The server's lifetime.</param>
public sealed class EventAnswer(EventJournal journal, long seen, IHostApplicationLifetime lifetime) : IResult
{
    /// <summary>The answer's media type.</summary>
    public const string MediaType = "text/event-stream";

    // A comment, which clients ignore; without it neither end would notice that a quiet connection is dead.
    private static readonly byte[] s_alive = ": alive\n\n"u8.ToArray();
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);
    private const int MostAtOnce = 64;

    private long _seen = seen;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, lifetime.ApplicationStopping);
        httpContext.Response.ContentType = MediaType;
        httpContext.Response.Headers.CacheControl = "no-store";
        try
        {
            await SendAsync(httpContext.Response.BodyWriter, httpContext.Features.Get<ShownRight>(), ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The answer may end in the middle of a message; the client reconnects with the id of the last complete one.
        }
    }

    private async Task SendAsync(PipeWriter output, ShownRight? right, CancellationToken token)
    {
        // Send it at once, so that the client sees that it is connected.
        await output.WriteAsync(s_alive, token);
        while (right is null || right.Holds())
        {
            var news = journal.ReadAfter(_seen, MostAtOnce, out var missed);
            if (news.Count == 0)
            {
                await WaitAsync(output, token);
                continue;
            }

            if (missed > 0)
            {
                output.Write(NotedEvent.MessageOf(GapBefore(news[0], missed)));
            }

            foreach (var noted in news)
            {
                output.Write(noted.Message.Span);
            }

            await output.FlushAsync(token);
            _seen = news[^1].Number;
        }
    }

    private async Task WaitAsync(PipeWriter output, CancellationToken token)
    {
        var news = journal.WaitAfter(_seen);
        await news.WaitAsync(s_silence, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        if (!news.IsCompleted)
        {
            await output.WriteAsync(s_alive, token);
        }
    }

    private ServerEvent GapBefore(NotedEvent first, long missed) => new(
        journal.IdOf(first.Number - 1), first.Event.At, EventTopics.Journal, "gap", null, $"{missed} events before this one are no longer kept");
}
