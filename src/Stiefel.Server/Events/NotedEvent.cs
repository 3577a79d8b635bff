using System.Text;
using System.Text.Json;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Events;

/// <summary>An event with its number, and as it goes over the wire.</summary>
/// <param name="Number">Rises by one from event to event.</param>
/// <param name="Event">What happened.</param>
public sealed record NotedEvent(long Number, ServerEvent Event)
{
    // Made by the first who sends it, and the same for all others.
    private byte[]? _bytes;

    /// <summary>A message of a text/event-stream (WHATWG HTML §9.2). JSON holds no line break, and no topic or id does.</summary>
    public ReadOnlyMemory<byte> Message => _bytes ??= MessageOf(Event);

    /// <summary>The same of any event.</summary>
    public static byte[] MessageOf(ServerEvent happened) => Encoding.UTF8.GetBytes(
        $"id: {happened.Id}\nevent: {happened.Topic}\ndata: {JsonSerializer.Serialize(happened, ControlJson.Default.ServerEvent)}\n\n");
}
