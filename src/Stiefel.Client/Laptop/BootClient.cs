using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stiefel.Client.Failures;
using Stiefel.Client.Screen;
using Stiefel.Client.Search;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Laptop;

/// <summary>One session with one laptop: the handshake, then sealed requests, one after the other (docs/protocol.md). Not thread-safe.</summary>
internal sealed class BootClient : IDisposable
{
    /// <summary>The limit for one machine's drivers; all network drivers of a Debian kernel together have 30 MB.</summary>
    private const long MaxDriversBytes = 512L << 20;
    private const int MaxGrantBytes = 16 * 1024;

    /// <summary>The limit for an answer with a manifest as in the handshake, and a number.</summary>
    private const int MaxUnlockAnswerBytes = 72 * 1024;

    // The laptop mounts its boot file systems and hashes kernel and initrd before it answers.
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_stallLimit = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly SessionKeys _session;
    private readonly RequestSealer _sealer;
    private readonly DesktopTunnel? _tunnel;

    private BootClient(IPEndPoint endpoint, HttpClient http, SessionKeys session, BootManifest manifest)
    {
        Endpoint = endpoint;
        _http = http;
        _session = session;
        _sealer = new RequestSealer(session);
        Manifest = manifest;
        _tunnel = manifest.Link.KnownProtection == LinkProtection.WireGuard ? new DesktopTunnel(session) : null;
    }

    /// <summary>The laptop's address.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>True if the laptop was asked for its disk and has not refused, so that this session may have it.</summary>
    public bool MayHaveDisk { get; private set; }

    /// <summary>The laptop's offer. It is incomplete until the laptop's disk is unlocked.</summary>
    public BootManifest Manifest { get; private set; }

    /// <summary>Performs the handshake and begins a session.</summary>
    /// <exception cref="ServerException">There is no stiefel-server at that address, or it does not know the key.</exception>
    /// <exception cref="HandshakeException">The answer is forged.</exception>
    /// <exception cref="RefusalException">The laptop has nothing to boot.</exception>
    public static Task<BootClient> ConnectAsync(FoundServer server, SharedKey key, CancellationToken token) =>
        ConnectAsync(server, key, "/v1/discovery", "", ManifestLimits.Check, token);

    /// <summary>Connects for the disk alone: the laptop need not have anything to boot, and its boot files are not opened.</summary>
    /// <inheritdoc cref="ConnectAsync(FoundServer, SharedKey, CancellationToken)"/>
    public static Task<BootClient> ConnectForDiskAsync(FoundServer server, SharedKey key, CancellationToken token) =>
        ConnectAsync(server, key, "/v1/disk", ", or its programs are older than this client and give no disk without a boot", ManifestLimits.CheckLink, token);

    private static async Task<BootClient> ConnectAsync(FoundServer server, SharedKey key, string path, string orElse, Action<BootManifest> check, CancellationToken token)
    {
        var http = LaptopHttp.Create(server);
        try
        {
            using var handshake = new ClientHandshake(key);
            using var answer = await SendAsync(http, path, handshake.Hello, token);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new ServerException(answer.StatusCode == HttpStatusCode.Forbidden
                    ? $"the laptop at {server} does not know the key `{key.Name}`: compare with `stiefel key list` there{orElse}"
                    : $"{server} answers with HTTP status {(int)answer.StatusCode}: it is not a stiefel-server, or has another version");
            }

            var hello = await ReadToEndAsync(answer, ClientHandshake.MaxServerHello, token);
            var (session, manifest) = handshake.Complete(hello);
            check(manifest);
            return new BootClient(server.Endpoint, http, session, manifest);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Tells the laptop which machine this is, if it takes that. Call this first, because the laptop decides by it which desktop may have the disk.</summary>
    public async Task TellMachineAsync(MachineIdentity machine, CancellationToken token)
    {
        if (!Manifest.TakesMachine)
        {
            return;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(machine, ProtocolJson.Default.MachineIdentity);
        await using var answer = await AskAsync("/v1/machine", body, token);
        _ = await answer.Content.ReadToEndAsync(MaxGrantBytes, token);
    }

    /// <summary>Sends the passphrase of the laptop's disk; if it is right, <see cref="Manifest"/> is complete afterwards.</summary>
    /// <param name="passphrase">The passphrase; the caller overwrites it.</param>
    /// <param name="token">Cancels the request.</param>
    /// <returns>Null if it was right, otherwise the number of tries that are left.</returns>
    /// <exception cref="RefusalException">The laptop did not try it.</exception>
    public async Task<int?> UnlockAsync(byte[] passphrase, CancellationToken token)
    {
        await using var answer = await AskAsync("/v1/unlock", passphrase, token);
        var json = await answer.Content.ReadToEndAsync(MaxUnlockAnswerBytes, token);
        var result = Parse(json, ProtocolJson.Default.UnlockAnswer);
        if (result.Manifest is not { } manifest)
        {
            return Math.Max(0, result.TriesLeft);
        }

        if (manifest.Locked is not null)
        {
            throw new ServerException("the laptop says that it is unlocked and that it is locked");
        }

        ManifestLimits.Check(manifest);
        Manifest = manifest;
        return null;
    }

    /// <summary>Tells the laptop which boot entry the person chose; <see cref="Manifest"/> describes that entry afterwards.</summary>
    /// <exception cref="RefusalException">There is no longer an entry with that id.</exception>
    public async Task ChooseAsync(string entry, CancellationToken token)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new EntryRequest(entry), ProtocolJson.Default.EntryRequest);
        await using var answer = await AskAsync("/v1/entry", body, token);
        var manifest = Parse(await answer.Content.ReadToEndAsync(MaxUnlockAnswerBytes, token), ProtocolJson.Default.BootManifest);
        if (manifest.Locked is not null)
        {
            throw new ServerException("the laptop says that its boot files are locked, after it was unlocked");
        }

        ManifestLimits.Check(manifest);
        Manifest = manifest;
    }

    /// <summary>Streams the kernel.</summary>
    public Task FetchKernelAsync(Stream destination, TransferProgress progress, CancellationToken token) =>
        FetchAsync("/v1/kernel", Manifest.Kernel, destination, progress, token);

    /// <summary>Streams the initrd.</summary>
    public Task FetchInitrdAsync(Stream destination, TransferProgress progress, CancellationToken token) =>
        FetchAsync("/v1/initrd", Manifest.Initrd, destination, progress, token);

    /// <summary>Streams a cpio archive of the drivers that the payload kernel needs on this machine.</summary>
    public async Task FetchDriversAsync(IReadOnlyList<string> modaliases, Stream destination, TransferProgress progress, CancellationToken token)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new DriversRequest(modaliases), ProtocolJson.Default.DriversRequest);
        await using var answer = await AskAsync("/v1/modules", body, token);
        await StreamedFile.CopyAsync(answer.Content, destination, MaxDriversBytes, progress, token);
    }

    /// <summary>Asks for the disk; the boot files can no longer be fetched once it is granted.</summary>
    /// <param name="request">The request; the tunnel's key is added to it.</param>
    /// <param name="token">Cancels the request.</param>
    /// <exception cref="RefusalException">Among others <see cref="RefusalCodes.DiskInUse"/>.</exception>
    /// <exception cref="RefusedException">More was granted than asked for; the disk must be given back unused.</exception>
    public async Task<ExportGrant> RequestDiskAsync(ExportRequest request, CancellationToken token)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request with { TunnelKey = _tunnel?.PublicKey }, ProtocolJson.Default.ExportRequest);
        var had = MayHaveDisk;
        MayHaveDisk = true; // the disk may be granted even if the answer is lost
        try
        {
            await using var answer = await AskAsync("/v1/export", body, token);
            var json = await answer.Content.ReadToEndAsync(MaxGrantBytes, token);
            return ManifestLimits.WithOfferedMtu(NoMoreThan(request, Parse(json, ProtocolJson.Default.ExportGrant)), request.LargestMtu, Manifest.Link);
        }
        catch (RefusalException)
        {
            MayHaveDisk = had;
            throw;
        }
    }

    // A laptop with older programs ignores the unknown fields, and grants the disk itself.
    private static ExportGrant NoMoreThan(ExportRequest wanted, ExportGrant grant) =>
        (wanted.Guest || wanted.ReadOnly) && !grant.Guest && (wanted.Guest || !grant.ReadOnly)
            ? throw new RefusedException($"the laptop's programs are older than this client and cannot give its disk {(wanted.Guest ? "to a guest" : "read-only")}: update its ramdisk (`stiefel create-initrd`)")
            : grant;

    /// <summary>Gives the unused disk back, so that the next desktop gets it without a question.</summary>
    /// <exception cref="RefusalException">This session has no unused disk.</exception>
    public async Task ReleaseDiskAsync(CancellationToken token)
    {
        await using var answer = await AskAsync("/v1/release", [], token);
        _ = await answer.Content.ReadToEndAsync(MaxGrantBytes, token);
        MayHaveDisk = false;
    }

    /// <summary>Returns the payload's settings for the tunnel to the granted disk; null if the link is not protected.</summary>
    /// <exception cref="ServerException">The laptop announced a tunnel but granted the disk without one.</exception>
    public TunnelSession? DescribeTunnel(ExportGrant grant) => _tunnel?.Complete(grant);

    /// <summary>Returns what the payload needs to end this session cleanly: its id and the key of the goodbye.</summary>
    public GoodbyeSession DescribeGoodbye()
    {
        Span<byte> key = stackalloc byte[SessionGoodbye.KeySize];
        _session.Derive(KeyPurpose.Goodbye, key);
        var goodbye = new GoodbyeSession(_session.SessionId.ToString(), Convert.ToHexStringLower(key));
        CryptographicOperations.ZeroMemory(key);
        return goodbye;
    }

    public void Dispose()
    {
        _tunnel?.Dispose();
        _sealer.Dispose();
        _session.Dispose();
        _http.Dispose();
    }

    private async Task FetchAsync(string path, BootFile expected, Stream destination, TransferProgress progress, CancellationToken token)
    {
        await using var answer = await AskAsync(path, [], token);
        await StreamedFile.CopyAsync(answer.Content, destination, expected, progress, token);
    }

    private async Task<VerifiedAnswer> AskAsync(string path, byte[] body, CancellationToken token)
    {
        var request = _sealer.Seal(path, body, out var answerKey);
        var response = await SendAsync(_http, path, request, token);
        try
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new ServerException(response.StatusCode == HttpStatusCode.Forbidden
                    ? "the laptop no longer knows this session: it was restarted, or another desktop has begun one"
                    : $"the laptop answers {path} with HTTP status {(int)response.StatusCode}; its log tells why");
            }

            var content = new StallGuard(await response.Content.ReadAsStreamAsync(token), s_stallLimit);
            var reader = await EnvelopeReader.OpenAsync(content, answerKey, token);
            await RefusalEnvelope.ThrowIfRefusedAsync(reader, token);
            return new VerifiedAnswer(response, content, reader);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string path, byte[] body, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(s_answerLimit);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new ServerException($"the laptop does not answer {path}: is the cable in, and the laptop on?");
        }
    }

    private static async Task<byte[]> ReadToEndAsync(HttpResponseMessage answer, int limit, CancellationToken token)
    {
        using var body = new StallGuard(await answer.Content.ReadAsStreamAsync(token), s_stallLimit);
        var bytes = new byte[limit + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, token);
        return bytes[..length];
    }

    private static T Parse<T>(byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new ServerException("the laptop's answer is empty JSON");
        }
        catch (JsonException error)
        {
            throw new ServerException($"the laptop's answer is not the JSON expected: {error.Message}", error);
        }
    }
}
