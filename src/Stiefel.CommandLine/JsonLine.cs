using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Stiefel.CommandLine;

/// <summary>A command's JSON answer: one object in one line, written without type metadata.</summary>
public static class JsonLine
{
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>`--json`.</summary>
    public static Option<bool> Option() => new("--json") { Description = "For programs: the answer as one line of JSON" };

    /// <summary>An object.</summary>
    /// <param name="members">Names, and a value each: null, text, number, truth, an array of members for an object in it, or a list of values.</param>
    public static string Of(params (string Name, object? Value)[] members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_plain))
        {
            Write(json, members);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int or long:
                json.WriteNumberValue(Convert.ToInt64(value, null));
                break;
            case (string Name, object? Value)[] members:
                json.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }

                json.WriteEndObject();
                break;
            case IEnumerable<object?> list:
                json.WriteStartArray();
                foreach (var one in list)
                {
                    Write(json, one);
                }

                json.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is no value of JSON", nameof(value));
        }
    }
}
