using System.Text;
using System.Text.Json;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Events;

/// <summary>An event with its number and its encoded message.</summary>
/// <param name="Number">Rises by one from event to event.</param>
/// <param name="Event">What happened.</param>
public sealed record NotedEvent(long Number, ServerEvent Event)
{
    // Encoded when it is first sent, and shared by all later readers.
    private byte[]? _bytes;

    /// <summary>A message of a text/event-stream (WHATWG HTML §9.2). Neither the JSON nor a topic or id contains a line break.</summary>
    public ReadOnlyMemory<byte> Message => _bytes ??= MessageOf(Event);

    /// <summary>Encodes any event as such a message.</summary>
    public static byte[] MessageOf(ServerEvent happened) => Encoding.UTF8.GetBytes(
        $"id: {happened.Id}\nevent: {happened.Topic}\ndata: {JsonSerializer.Serialize(happened, ControlJson.Default.ServerEvent)}\n\n");
}
