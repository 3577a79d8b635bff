using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Keys;

namespace Stiefel.Server.Metrics;

/// <summary>Each second's load as it comes, as server-sent events (WHATWG HTML §9.2), until client, key or server ends.</summary>
/// <param name="history">What is told.</param>
/// <param name="ring">Which keys are accepted.</param>
/// <param name="lifetime">The server's.</param>
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
            // Its end: a client that comes back asks for what was meanwhile.
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
