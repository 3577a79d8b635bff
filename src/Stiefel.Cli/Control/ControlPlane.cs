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
/// Client of a server's control plane. It pins the TLS certificate that is derived from the key, so nobody else can pose as the laptop or see the
/// token, not even another user of this machine who listens on the port first.
/// </summary>
internal sealed class ControlPlane : IDisposable
{
    private const int MaxAnswerBytes = 4 << 20;

    // Time limit for connecting, and for answers that the server only has to look up.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    // Before it reports a session's end, the server writes the disk's whole cache to the medium. Giving up earlier would leave the outcome unknown:
    // a second request would only hear that there is no such session.
    private static readonly TimeSpan s_limitOfEnding = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http;
    private readonly string _where;

    private ControlPlane(HttpClient http, string where)
    {
        _http = http;
        _where = where;
    }

    /// <param name="host">Address or name, with or without :PORT; null for this machine.</param>
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
            Timeout = Timeout.InfiniteTimeSpan, // each request sets its own limit
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.For(key));
        return new ControlPlane(http, host ?? "this machine");
    }

    /// <summary>Requests a path and returns the answer's text.</summary>
    /// <exception cref="FailedException">No server answers, it has another key, or it refuses.</exception>
    public Task<string> GetAsync(string path, CancellationToken token) => SendAsync(HttpMethod.Get, path, null, s_limit, token);

    /// <summary>Deletes what the path names, for example a session; may take minutes.</summary>
    /// <exception cref="FailedException">See <see cref="GetAsync"/>.</exception>
    public Task<string> DeleteAsync(string path, CancellationToken token) => SendAsync(HttpMethod.Delete, path, null, s_limitOfEnding, token);

    /// <summary>Posts to a path and returns the answer's text.</summary>
    /// <param name="path">The route's path.</param>
    /// <param name="token">Cancels the request.</param>
    /// <param name="json">The request's body; null for none.</param>
    /// <exception cref="FailedException">See <see cref="GetAsync"/>.</exception>
    public Task<string> PostAsync(string path, CancellationToken token, string? json = null) => SendAsync(HttpMethod.Post, path, json, s_limit, token);

    public void Dispose() => _http.Dispose();

    /// <summary>`192.168.1.5`, `fe80::1%eth0`, `[fe80::1%eth0]:4645`, `laptop`, `laptop:4645`.</summary>
    internal static EndPoint ParseHost(string host) => HostEndPoint.Parse(host, WellKnownPorts.Admin)
        ?? throw new UsageException($"'{host}': expected an address or a name, for example 192.168.1.5, fe80::1%eth0, [fe80::1%eth0]:{WellKnownPorts.Admin} or laptop");

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
            throw new FailedException($"{_where} does not show the certificate of this key: it is another laptop, or does not accept the key (any more); name another key with --key", error);
        }
        catch (HttpRequestException error)
        {
            throw new FailedException($"no stiefel-server answers at {_where}: {error.InnerException?.Message ?? error.Message}; look at the laptop's screen to see whether it serves", error);
        }
        catch (OperationCanceledException error) when (!token.IsCancellationRequested)
        {
            var waited = ends.IsCancellationRequested ? limit : s_limit; // if our limit did not end the request, the connection's did
            throw new FailedException($"{_where} did not answer within {waited.TotalSeconds:0} s; try again, or look at the laptop's screen", error);
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
