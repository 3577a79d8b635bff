using System.Text.Json;

namespace Stiefel.Machines.Qmp;

/// <summary>The kind of a message from QEMU's monitor.</summary>
public enum QmpMessageKind
{
    /// <summary>The first message of a connection.</summary>
    Greeting,

    /// <summary>A command succeeded.</summary>
    Return,

    /// <summary>A command failed.</summary>
    Error,

    /// <summary>Something happened in the machine.</summary>
    Event,
}

/// <summary>One line from QEMU's monitor (QEMU docs/interop/qmp-spec).</summary>
/// <param name="Kind">The kind of the message.</param>
/// <param name="Id">The id of the command that a return or an error belongs to; 0 for none.</param>
/// <param name="Text">An event's name, or an error's description.</param>
/// <param name="Data">A return's value or an event's data.</param>
public sealed record QmpMessage(QmpMessageKind Kind, long Id, string Text, JsonElement Data)
{
    /// <exception cref="InvalidDataException">The line is not a message of one of the four kinds.</exception>
    public static QmpMessage Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var id = root.TryGetProperty("id", out var idElement) ? idElement.GetInt64() : 0;
            if (root.TryGetProperty("return", out var value))
            {
                return new QmpMessage(QmpMessageKind.Return, id, "", value.Clone());
            }

            if (root.TryGetProperty("error", out var error))
            {
                return new QmpMessage(QmpMessageKind.Error, id, error.GetProperty("desc").GetString() ?? "", default);
            }

            if (root.TryGetProperty("event", out var name))
            {
                var data = root.TryGetProperty("data", out var given) ? given.Clone() : default;
                return new QmpMessage(QmpMessageKind.Event, 0, name.GetString() ?? "", data);
            }

            if (root.TryGetProperty("QMP", out _))
            {
                return new QmpMessage(QmpMessageKind.Greeting, 0, "", default);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"QEMU's monitor sent a malformed message `{line}`: {error.Message}", error);
        }

        throw new InvalidDataException($"QEMU's monitor sent `{line}`, which is neither a greeting nor a return, error or event");
    }

    /// <summary>A member of <see cref="Data"/> as text, or null.</summary>
    public string? Member(string name)
        => Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;
}
