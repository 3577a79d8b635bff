using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Http;

/// <summary>Sets up the listeners and limits what a peer may cost the server.</summary>
public static class KestrelSetup
{
    /// <summary>Somewhat more than the largest sealed request; every endpoint has a lower limit of its own.</summary>
    private const long MaxRequestBody = 256 * 1024;

    private const int MaxRequestHeaders = 32;
    private const int MaxRequestHeadersBytes = 8 * 1024;
    private const int MaxRequestLineBytes = 2 * 1024;

    /// <summary>A last resort: a desktop uses one or two, and strangers are limited by <see cref="ConnectionBudget.MaxStrangers"/>.</summary>
    internal const int MaxConnections = 512;

    /// <summary>The most bytes that may wait in memory for a slow reader of one TLS connection. Others have 64 KiB (SocketTransportOptions.MaxWriteBufferSize).</summary>
    private const int MaxResponseBuffer = 256 * 1024;

    private static readonly TimeSpan s_requestHeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_keepAliveTimeout = TimeSpan.FromSeconds(60);

    // A pulled cable must not end a download at once; a reader that takes nothing for half a minute counts as gone.
    private static readonly MinDataRate s_minResponseRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));
    private static readonly MinDataRate s_minRequestRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>Sets Kestrel's limits; none may stay unlimited.</summary>
    public static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        options.Limits.MaxRequestBodySize = MaxRequestBody;
        options.Limits.MaxRequestBufferSize = MaxRequestBody;
        options.Limits.MaxRequestHeaderCount = MaxRequestHeaders;
        options.Limits.MaxRequestHeadersTotalSize = MaxRequestHeadersBytes;
        options.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxResponseBufferSize = MaxResponseBuffer;
        options.Limits.RequestHeadersTimeout = s_requestHeadersTimeout;
        options.Limits.KeepAliveTimeout = s_keepAliveTimeout;
        options.Limits.MinResponseDataRate = s_minResponseRate;
        options.Limits.MinRequestBodyDataRate = s_minRequestRate;
    }

    /// <summary>Adds the listener of one plane; HTTP/1.1 only, which is all that our clients speak.</summary>
    public static void ListenFor(this KestrelServerOptions options, Plane plane, IPEndPoint endPoint)
    {
        var tag = new PlaneTag(plane);
        options.Listen(AnyFamily(endPoint), listener =>
        {
            listener.Protocols = HttpProtocols.Http1;
            var budget = listener.ApplicationServices.GetRequiredService<ConnectionBudget>();
            listener.Use(next => async connection =>
            {
                using var standing = budget.Begin(connection);
                connection.Features.Set(tag);
                connection.Features.Set(standing);
                await next(connection);
            });
            if (plane == Plane.Admin)
            {
                listener.UseTlsOrPlain(listener.ApplicationServices.GetRequiredService<KeyCertificates>(), listener.ApplicationServices.GetRequiredService<IEncryptedWays>());
            }
        });
    }

    /// <summary>Makes a listener's socket as Kestrel does, but names the setting if that fails.</summary>
    /// <exception cref="IOException">The address is in use, or not this machine's.</exception>
    public static Socket Bind(EndPoint endPoint, ServerOptions options)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }
        catch (SocketException e)
        {
            var isBoot = options.HasBootPlane && endPoint.Equals(AnyFamily(options.HttpListen));
            throw ListenFailure.Of((IPEndPoint)endPoint, isBoot ? "Http:Listen" : "Admin:Listen", e);
        }
    }

    /// <summary>Replaces `[::]`, which covers IPv4 and IPv6, by IPv4's any address on a machine booted with ipv6.disable=1.</summary>
    public static IPEndPoint AnyFamily(IPEndPoint endPoint) =>
        endPoint.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? new IPEndPoint(IPAddress.Any, endPoint.Port) : endPoint;
}
