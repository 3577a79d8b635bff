using System.Net;
using System.Text.Json;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Tests.Hosting;

/// <summary>A client of the boot plane, made of the protocol library alone.</summary>
internal sealed class Desktop : IDisposable
{
    private const int MaxAnswer = 64 << 20;

    private readonly HttpClient _http;
    private readonly RequestSealer _sealer;

    private Desktop(HttpClient http, SessionKeys session, BootManifest manifest, byte[] hello)
    {
        _http = http;
        _sealer = new RequestSealer(session);
        Id = session.SessionId.ToString();
        ExportName = session.ExportName;
        session.Derive(KeyPurpose.Goodbye, GoodbyeKey);
        Manifest = manifest;
        Hello = hello;
    }

    public string Id { get; }

    public string ExportName { get; }

    public byte[] GoodbyeKey { get; } = new byte[SessionGoodbye.KeySize];

    public BootManifest Manifest { get; }

    public byte[] Hello { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<Desktop> ShakeHandsAsync(RunningServer server, SharedKey key, bool forDisk = false) => ShakeHandsAsync(server.Boot, key, forDisk);

    /// <param name="boot">The boot plane.</param>
    /// <param name="key">The desktop's key.</param>
    /// <param name="forDisk">True to want the disk and nothing to boot.</param>
    public static async Task<Desktop> ShakeHandsAsync(Uri boot, SharedKey key, bool forDisk = false)
    {
        var http = new HttpClient { BaseAddress = boot };
        using var handshake = new ClientHandshake(key);
        using var answer = await PostAsync(http, forDisk ? "/v1/disk" : "/v1/discovery", handshake.Hello);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (session, manifest) = handshake.Complete(await answer.Content.ReadAsByteArrayAsync(Token));
        using (session)
        {
            return new Desktop(http, session, manifest, handshake.Hello);
        }
    }

    public static async Task<HttpResponseMessage> PostAsync(HttpClient http, string path, byte[] body) =>
        await http.PostAsync(path, new ByteArrayContent(body), Token);

    /// <summary>Sends bytes unchanged.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, byte[] body) => PostAsync(_http, path, body);

    public byte[] Seal(string path, byte[] body) => _sealer.Seal(path, body, out _);

    /// <summary>Sends a sealed request and opens the answer.</summary>
    /// <exception cref="RefusalException">The server refused.</exception>
    public async Task<byte[]> AskAsync(string path, byte[] body)
    {
        var request = _sealer.Seal(path, body, out var answerKey);
        using var answer = await PostAsync(path, request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stream = await answer.Content.ReadAsStreamAsync(Token);
        await using var reader = await EnvelopeReader.OpenAsync(stream, answerKey, Token);
        await RefusalEnvelope.ThrowIfRefusedAsync(reader, Token);
        var plain = await reader.ReadToEndAsync(MaxAnswer, Token);
        if (answer.Content.Headers.ContentLength is { } length)
        {
            Assert.Equal(EnvelopeReader.SealedLength(plain.Length), length);
        }

        return plain;
    }

    /// <param name="takeOver">True to take the disk from another desktop.</param>
    /// <param name="tunnelKey">The tunnel's public key; null to send none.</param>
    public Task<ExportGrant> RequestDiskAsync(bool takeOver = false, string? tunnelKey = null) => RequestDiskAsync(new ExportRequest(takeOver, tunnelKey));

    public async Task<ExportGrant> RequestDiskAsync(ExportRequest request)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.ExportRequest);
        return JsonSerializer.Deserialize(await AskAsync("/v1/export", body), ProtocolJson.Default.ExportGrant)!;
    }

    /// <summary>The proof of the session's goodbye.</summary>
    public byte[] Prove(ulong number) => SessionGoodbye.Prove(GoodbyeKey, Number, number);

    /// <summary>A clean end as a desktop's agent makes it: a connection of the next generation flushes all writes, then the goodbye follows.</summary>
    /// <exception cref="Stiefel.Nbd.Wire.NbdProtocolException">The server refuses the goodbye.</exception>
    public void EndCleanly(RunningServer server, ulong number)
    {
        using (var last = server.Connect(ExportName, number))
        {
            Assert.Equal(0, last?.FlushError() ?? 0);
            last?.Leave();
        }

        Assert.True(SessionGoodbye.IsConfirmation(server.SayGoodbye(ExportName, number + 1, Prove(number + 1)), GoodbyeKey, Number, number + 1));
    }

    public SessionId Number => SessionId.TryParse(Id, out var id) ? id : default;

    /// <summary>Tells the server which machine this is.</summary>
    /// <param name="machine">A digit that stands for the machine's number.</param>
    /// <param name="boot">A digit that stands for this run of the machine.</param>
    public async Task TellMachineAsync(char machine, char boot)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new MachineIdentity(new(machine, 64), new(boot, 32)), ProtocolJson.Default.MachineIdentity);
        Assert.Empty(await AskAsync("/v1/machine", body));
    }

    public async Task<Refusal> RefusalOfAsync(string path, byte[] body) =>
        (await Assert.ThrowsAsync<RefusalException>(() => AskAsync(path, body))).Refusal;

    public async Task<Refusal> RefusalOfDiskAsync() => (await Assert.ThrowsAsync<RefusalException>(() => RequestDiskAsync())).Refusal;

    public void Dispose()
    {
        _sealer.Dispose();
        _http.Dispose();
    }
}
