using System.Net;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Tests.Events;

/// <summary>A client of server-sent events, which remembers the last one and reconnects with its id.</summary>
internal sealed class EventReader(HttpClient http) : IDisposable
{
    private HttpResponseMessage? _answer;
    private StreamReader? _lines;

    /// <summary>The id of the last event that was read.</summary>
    public string? LastId { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task ConnectAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events");
        if (LastId is not null)
        {
            request.Headers.Add("Last-Event-ID", LastId);
        }

        _answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, _answer.StatusCode);
        Assert.Equal("text/event-stream", _answer.Content.Headers.ContentType!.MediaType);
        _lines = new StreamReader(await _answer.Content.ReadAsStreamAsync(Token));
    }

    /// <summary>Reads the next event; null at the stream's end.</summary>
    public async Task<ServerEvent?> ReadAsync()
    {
        ServerEvent? happened = null;
        while (await _lines!.ReadLineAsync(Token) is { } line)
        {
            if (line.Length == 0 && happened is not null)
            {
                LastId = happened.Id;
                return happened;
            }

            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                happened = ControlDocuments.ReadEvent(line["data: ".Length..]);
            }
        }

        return null;
    }

    /// <summary>Reads up to the next event of this stage.</summary>
    public async Task<ServerEvent> ReadToAsync(string stage)
    {
        while (await ReadAsync() is { } happened)
        {
            if (happened.Stage == stage)
            {
                return happened;
            }
        }

        throw new InvalidOperationException($"the stream ended before {stage}");
    }

    public void Disconnect()
    {
        _lines?.Dispose();
        _answer?.Dispose();
    }

    public void Dispose() => Disconnect();
}
