using System.Net.Sockets;
using Stiefel.Client.Failures;
using Stiefel.Client.Search;
using Stiefel.Linux.Network;

namespace Stiefel.Client.Laptop;

/// <summary>Makes HTTP clients for one exact endpoint and interface: a URL cannot reliably name the zone of a link-local address, and no proxy may be used.</summary>
internal static class LaptopHttp
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Makes a client for paths like `/v1/kernel`. Its timeout is off, because a transfer may take long: see <see cref="StallGuard"/>.</summary>
    public static HttpClient Create(FoundServer server)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = s_connectTimeout,
            MaxResponseHeadersLength = 8, // KiB; ours have a few hundred bytes
            ConnectCallback = (_, token) => ConnectAsync(server, token),
        };
        return new HttpClient(handler)
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttp, "stiefel", server.Endpoint.Port).Uri,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static async ValueTask<Stream> ConnectAsync(FoundServer server, CancellationToken token)
    {
        var endpoint = server.Endpoint;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // An IPv4 address names no interface, and several cables may have the same network.
            if (Ipv4LinkLocal.Contains(endpoint.Address))
            {
                SocketLink.BindTo(socket, server.Link.Name);
            }

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
