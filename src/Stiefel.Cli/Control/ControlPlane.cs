using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Stiefel.CommandLine;
using Stiefel.Protocol;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Control;

/// <summary>
/// A server's control plane, in TLS with the certificate that the key itself gives: nobody else can pass for the laptop or see the token, not even
/// another user of this machine who listens on the port first.
/// </summary>
internal sealed class ControlPlane : IDisposable
{
    private const int MaxAnswerBytes = 4 << 20;

    // For the connection, and for an answer that only needs to be looked up.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    // The server writes the disk's whole cache to the medium before it reports an end. Giving up earlier would leave the outcome unknown:
    // asked again, the server says that there is no such thing.
    private static readonly TimeSpan s_limitOfEnding = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http;
    private readonly string _where;

    private ControlPlane(HttpClient http, string where)
    {
        _http = http;
        _where = where;
    }

    /// <param name="host">ADDRESS, NAME, with or without :PORT; null for this machine.</param>
    /// <param name="key">The key whose token is sent.</param>
    public static ControlPlane Of(string? host, SharedKey key)
    {
        var endpoint = host is null ? new IPEndPoint(IPAddress.Loopback, WellKnownPorts.Admin) : ParseHost(host);
        using var certificate = DerivedCertificate.For(key);
        var pinned = certificate.GetCertHash();
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = s_limit,
            ConnectCallback = (_, token) => ConnectAsync(endpoint, token),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetCertHash().AsSpan().SequenceEqual(pinned);
        var http = new HttpClient(handler)
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttps, DerivedCertificate.NameOf(key)).Uri,
            Timeout = Timeout.InfiniteTimeSpan, // each request has its own
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.For(key));
        return new ControlPlane(http, host ?? "this machine");
    }

    /// <summary>The answer's text.</summary>
    /// <exception cref="FailedException">No server there, another key, or it says no.</exception>
    public Task<string> GetAsync(string path, CancellationToken token) => SendAsync(HttpMethod.Get, path, null, s_limit, token);

    /// <summary>Ends something; may take minutes.</summary>
    /// <exception cref="FailedException">As above.</exception>
    public Task<string> DeleteAsync(string path, CancellationToken token) => SendAsync(HttpMethod.Delete, path, null, s_limitOfEnding, token);

    /// <summary>Asks for something to be done.</summary>
    /// <param name="path">The route's path.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="json">The document that says how; null for none.</param>
    /// <exception cref="FailedException">As above.</exception>
    public Task<string> PostAsync(string path, CancellationToken token, string? json = null) => SendAsync(HttpMethod.Post, path, json, s_limit, token);

    public void Dispose() => _http.Dispose();

    /// <summary>`192.168.1.5`, `fe80::1%eth0`, `[fe80::1%eth0]:4645`, `laptop`, `laptop:4645`.</summary>
    internal static EndPoint ParseHost(string host) => HostEndPoint.Parse(host, WellKnownPorts.Admin)
        ?? throw new UsageException($"'{host}': expected an address or a name, as 192.168.1.5, fe80::1%eth0, [fe80::1%eth0]:{WellKnownPorts.Admin}, laptop");

    private async Task<string> SendAsync(HttpMethod method, string path, string? json, TimeSpan limit, CancellationToken token)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(token);
        ends.CancelAfter(limit);
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, MediaTypeNames.Application.Json) };
            using var answer = await _http.SendAsync(request, ends.Token);
            var text = await answer.Content.ReadAsStringAsync(ends.Token);
            return answer.IsSuccessStatusCode ? text : throw new FailedException(Describe(answer.StatusCode, text));
        }
        catch (HttpRequestException error) when (error.InnerException is AuthenticationException)
        {
            throw new FailedException($"{_where} does not show the certificate of this key: it is another laptop, or does not accept the key (any more); name another with --key", error);
        }
        catch (HttpRequestException error)
        {
            throw new FailedException($"no stiefel-server answers at {_where}: {error.InnerException?.Message ?? error.Message}; the laptop's screen shows whether it serves", error);
        }
        catch (OperationCanceledException error) when (!token.IsCancellationRequested)
        {
            var waited = ends.IsCancellationRequested ? limit : s_limit; // else there was no connection
            throw new FailedException($"{_where} does not answer within {waited.TotalSeconds:0} s; ask again, or look at the laptop's screen", error);
        }
    }

    private string Describe(HttpStatusCode status, string text)
    {
        if (status == HttpStatusCode.Unauthorized)
        {
            return $"{_where} does not accept this key: name another with --key";
        }

        return ControlDocuments.ReadProblem(text) is { } words ? PrintableText.Of(words) : $"{_where} answers with HTTP status {(int)status}";
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint endpoint, CancellationToken token)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
