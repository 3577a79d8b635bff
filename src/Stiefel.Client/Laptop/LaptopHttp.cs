using System.Net;
using System.Net.Sockets;
using Stiefel.Client.Failures;

namespace Stiefel.Client.Laptop;

/// <summary>HTTP to one exact endpoint: a URL can neither name the zone of a link-local address reliably nor must a proxy ever see it.</summary>
internal static class LaptopHttp
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A client for paths as `/v1/kernel`. Its own time-out is off: a transfer may take long, see <see cref="StallGuard"/>.</summary>
    public static HttpClient Create(IPEndPoint endpoint)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = s_connectTimeout,
            MaxResponseHeadersLength = 8, // KiB; ours have a few hundred bytes
            ConnectCallback = (_, token) => ConnectAsync(endpoint, token),
        };
        return new HttpClient(handler)
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttp, "stiefel", endpoint.Port).Uri,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint endpoint, CancellationToken token)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ServerException($"no connection to the laptop at {endpoint}: {error.Message}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
