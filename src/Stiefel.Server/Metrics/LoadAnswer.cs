using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Metrics;

/// <summary>Sends the load of each second as server-sent events (WHATWG HTML §9.2) until the client disconnects, its key is revoked, or the server stops.</summary>
/// <param name="history">The source of the samples.</param>
/// <param name="ring">The accepted keys.</param>
/// <param name="lifetime">Tells when the server stops.</param>
public sealed class LoadAnswer(LoadHistory history, KeyRing ring, IHostApplicationLifetime lifetime) : IResult
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
            await SendAsync(httpContext.Response.BodyWriter, httpContext.Features.Get<ShownKey>(), ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The client or the server is gone; a client that reconnects asks for the samples that it missed.
        }
    }

    private async Task SendAsync(PipeWriter output, ShownKey? key, CancellationToken token)
    {
        await output.FlushAsync(token);
        while (key is null || ring.Accepts(key.Id))
        {
            var sample = await history.Next.WaitAsync(token);
            output.Write("data: "u8);
            output.Write(JsonSerializer.SerializeToUtf8Bytes(sample, ControlJson.Default.LoadSample));
            output.Write("\n\n"u8);
            await output.FlushAsync(token);
        }
    }
}
