using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Http;

namespace Stiefel.Server.Metrics;

/// <summary>Sends the load of each second as server-sent events (WHATWG HTML §9.2) until the client disconnects, its right to ask ends, or the server stops.</summary>
/// <param name="history">The source of the samples.</param>
/// <param name="lifetime">Tells when the server stops.</param>
public sealed class LoadAnswer(LoadHistory history, IHostApplicationLifetime lifetime) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, lifetime.ApplicationStopping);
        httpContext.Response.ContentType = EventAnswer.MediaType;
        httpContext.Response.Headers.CacheControl = "no-store";
        try
        {
            await SendAsync(httpContext.Response.BodyWriter, httpContext.Features.Get<ShownRight>(), ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The client or the server is gone; a client that reconnects asks for the samples that it missed.
        }
    }

    private async Task SendAsync(PipeWriter output, ShownRight? right, CancellationToken token)
    {
        await output.FlushAsync(token);
        while (right is null || right.Holds())
        {
            var sample = await history.Next.WaitAsync(token);
            output.Write("data: "u8);
            output.Write(JsonSerializer.SerializeToUtf8Bytes(sample, ControlJson.Default.LoadSample));
            output.Write("\n\n"u8);
            await output.FlushAsync(token);
        }
    }
}
