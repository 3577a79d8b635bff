using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Tests.Laptop;

/// <summary>
/// A simulated laptop with the real handshake and envelopes on a bare socket; tests can replace what it announces, seals, or does to the sealed
/// bytes.
/// </summary>
internal sealed class ScriptedLaptop : IDisposable
{
    private readonly TinyHttpServer _http;
    private readonly ConcurrentDictionary<SessionId, RequestOpener> _sessions = new();

    /// <summary>Listens on a free port of 127.0.0.1.</summary>
    public ScriptedLaptop() : this(new TinyHttpServer(new IPEndPoint(IPAddress.Loopback, 0)))
    {
    }

    /// <summary>Answers connections of an existing listener.</summary>
    public ScriptedLaptop(TinyHttpServer http)
    {
        _http = http;
        _http.Answer = AnswerAsync;
        Key = SharedKey.FromBytes(Secret, "stick");
        Manifest = new BootManifest
        {
            Title = "Debian GNU/Linux 12", Laptop = "testtop", KernelRelease = "6.1.0-test",
            Kernel = Describe(Kernel), Initrd = Describe(Initrd),
            CommandLine = "root=/dev/sda2 ro quiet resume=/dev/sda3", DriversAvailable = true,
        };
    }

    /// <summary>The secret of the key that is accepted.</summary>
    public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(SharedKey.Size);

    public SharedKey Key { get; }

    public byte[] Kernel { get; } = RandomNumberGenerator.GetBytes(300_001);

    public byte[] Initrd { get; } = RandomNumberGenerator.GetBytes(1_000_002);

    public byte[] Drivers { get; } = new byte[512];

    public BootManifest Manifest { get; set; }

    /// <summary>The content that is sealed as the answer to a path, if it is not the usual one.</summary>
    public Dictionary<string, byte[]> Contents { get; } = [];

    /// <summary>Paths whose first request is refused.</summary>
    public ConcurrentDictionary<string, Refusal> Refusals { get; } = new();

    /// <summary>Changes the complete sealed answer of a path.</summary>
    public Dictionary<string, Func<byte[], byte[]>> Tampering { get; } = [];

    /// <summary>The HTTP status for a path, if it is not 200.</summary>
    public Dictionary<string, int> Statuses { get; } = [];

    /// <summary>Paths of the requests that were genuine, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Bodies of the last genuine request of each path.</summary>
    public ConcurrentDictionary<string, byte[]> Bodies { get; } = new();

    /// <summary>Bodies of all genuine requests for the disk, in order.</summary>
    public ConcurrentQueue<byte[]> ExportBodies { get; } = new();

    /// <summary>The address in the form of `--server`.</summary>
    public string Address => $"127.0.0.1:{_http.Port}";

    public int Port => _http.Port;

    public static BootFile Describe(byte[] content) => new(content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    public void Dispose()
    {
        _http.Dispose();
        Key.Dispose();
    }

    private async Task<(int Status, byte[] Body)> AnswerAsync(string path, byte[] request)
    {
        if (Statuses.TryGetValue(path, out var status))
        {
            return (status, []);
        }

        var answer = path is "/v1/discovery" or "/v1/disk" ? Accept(request) : await AnswerSealedAsync(path, request);
        return answer is null ? (403, []) : (200, Tampering.TryGetValue(path, out var tamper) ? tamper(answer) : answer);
    }

    private byte[]? Accept(byte[] request)
    {
        if (ServerHandshake.TryOpen(request, [Key]) is not { } opened || !opened.TryAnswer(Manifest, out var hello, out var session))
        {
            return null;
        }

        _sessions[session.SessionId] = new RequestOpener(session);
        return hello;
    }

    private async Task<byte[]?> AnswerSealedAsync(string path, byte[] request)
    {
        if (!RequestOpener.TryReadSessionId(request, out var id) || !_sessions.TryGetValue(id, out var opener)
            || !opener.TryOpen(path, request, out var body, out var answerKey))
        {
            return null;
        }

        Requests.Enqueue(path);
        Bodies[path] = body;
        if (path == "/v1/export")
        {
            ExportBodies.Enqueue(body);
        }

        var answer = new MemoryStream();
        if (Refusals.TryRemove(path, out var refusal))
        {
            await RefusalEnvelope.WriteAsync(PipeWriter.Create(answer), answerKey, refusal, CancellationToken.None);
            return answer.ToArray();
        }

        await using var writer = new EnvelopeWriter(PipeWriter.Create(answer), answerKey, EnvelopeKind.Data);
        await writer.WriteAsync(Contents.GetValueOrDefault(path) ?? UsualContent(path));
        await writer.CompleteAsync(CancellationToken.None);
        return answer.ToArray();
    }

    private byte[] UsualContent(string path) => path switch
    {
        "/v1/kernel" => Kernel,
        "/v1/initrd" => Initrd,
        "/v1/modules" => Drivers,
        "/v1/release" => [],
        "/v1/export" => JsonSerializer.SerializeToUtf8Bytes(new ExportGrant("s-test", 10809, 1 << 30, ReadOnly: false), ProtocolJson.Default.ExportGrant),
        _ => throw new InvalidOperationException(path),
    };
}
