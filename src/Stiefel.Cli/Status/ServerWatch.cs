using System.Globalization;
using System.Text;
using System.Text.Json;
using Stiefel.Cli.Control;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Status;

/// <summary>Shows a server's state every second until stopped. If the server stops answering, the watch keeps asking.</summary>
/// <param name="plane">The server's control plane.</param>
/// <param name="output">Receives the state.</param>
/// <param name="terminal">The properties of the output.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerWatch(ControlPlane plane, TextWriter output, WatchTerminal terminal, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private static readonly string[] s_documents = ["status", "load", "power", "network"];

    private DateTimeOffset? _lostAt;

    /// <summary>Shows lines for people.</summary>
    /// <exception cref="FailedException">The server does not answer the first time.</exception>
    public Task ShowAsync(CancellationToken token) => RepeatAsync(async () =>
    {
        var status = await plane.GetAsync("/api/v1/status", token);
        var server = new WatchedServer(
            Read(status, ControlDocuments.ReadStatus) ?? throw new FailedException("this version does not understand the server's status; --json shows it as it is"),
            Read(await IfThereAsync("load", token), ControlDocuments.ReadLoad), Read(await IfThereAsync("power", token), ControlDocuments.ReadPower),
            Read(await IfThereAsync("network", token), ControlDocuments.ReadNetwork));
        await output.WriteAsync(terminal.Frame(new WatchText(terminal.Width, terminal.CanBlocks, time).Of(server)));
    }, token);

    /// <summary>Writes one line of JSON each second: `at`, and the server's answers, or `status` as null while it does not answer.</summary>
    /// <exception cref="FailedException">The server does not answer the first time.</exception>
    public Task WriteJsonAsync(CancellationToken token) => RepeatAsync(async () =>
    {
        var line = new StringBuilder($"{{\"at\":\"{Now()}\"");
        foreach (var name in s_documents)
        {
            var document = name == "status" ? await plane.GetAsync("/api/v1/status", token) : await IfThereAsync(name, token);
            line.Append($",\"{name}\":{OneLine(document)}");
        }

        await output.WriteLineAsync(line.Append('}').ToString());
    }, token);

    private async Task RepeatAsync(Func<Task> show, CancellationToken token)
    {
        var hasAnswered = false;
        while (true)
        {
            try
            {
                await show();
                hasAnswered = true;
                _lostAt = null;
            }
            catch (FailedException error) when (hasAnswered)
            {
                _lostAt ??= time.GetUtcNow();
                await output.WriteAsync(terminal.IsJson ? $"{{\"at\":\"{Now()}\",\"status\":null}}\n" : terminal.Frame([$"no answer since {_lostAt.Value.ToLocalTime():HH:mm:ss}; still trying", "", PrintableText.Of(error.Message)]));
            }

            await output.FlushAsync(token);
            await Task.Delay(s_interval, time, token);
        }
    }

    private string Now() => time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    // Null if the server has no such document, for example because its version differs.
    private async Task<string?> IfThereAsync(string name, CancellationToken token)
    {
        try
        {
            return await plane.GetAsync($"/api/v1/{name}", token);
        }
        catch (FailedException)
        {
            return null;
        }
    }

    // Treat a document that this version does not understand as missing.
    private static T? Read<T>(string? json, Func<string, T> read)
        where T : class
    {
        try
        {
            return json is null ? null : read(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Write null for anything that is not JSON, which would corrupt the line.
    private static string OneLine(string? json)
    {
        if (json is null)
        {
            return "null";
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes))
            {
                document.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(bytes.ToArray());
        }
        catch (JsonException)
        {
            return "null";
        }
    }
}
